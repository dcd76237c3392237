"""The word that a number asks for, in French and in English: the one place that chooses it."""

from __future__ import annotations


def agree(value: float, singular: str, plural: str, lang: str = "fr") -> str:
    """Choose the form that a number asks for.

    Parameters
    ----------
    value
        A number; its sign does not count.
    singular, plural
        Both forms.
    lang
        ``"fr"``: singular below two, so for 0 and 1.5 as well; ``"en"``: singular for one only.

    Returns
    -------
    str
        One of both.

    Examples
    --------
    >>> [agree(value, "paire", "paires") for value in (0, 1, 1.5, 2)]
    ['paire', 'paire', 'paire', 'paires']
    >>> [agree(value, "pair", "pairs", "en") for value in (0, 1, 1.5)]
    ['pairs', 'pair', 'pairs']
    """
    return singular if (abs(value) < 2 if lang == "fr" else abs(value) == 1) else plural


def counted(value: float, singular: str, plural: str) -> str:
    """Write how many there are, in English, for messages to developers.

    Parameters
    ----------
    value
        A whole number.
    singular, plural
        The noun, with its verb if the sentence goes on.

    Returns
    -------
    str
        The number and the words.

    Examples
    --------
    >>> counted(1, "commune has", "communes have"), counted(3, "commune has", "communes have")
    ('1 commune has', '3 communes have')
    """
    return f"{int(value)} {agree(value, singular, plural, 'en')}"
