// What Folium's own layers expect of a page, for maps to which layers were added: Leaflet's pin, and
// the two things that Folium asks of jQuery.
L.Icon.Default.imagePath = "";
L.Icon.Default.mergeOptions({
  iconUrl: "marker-icon.png",
  iconRetinaUrl: "marker-icon-2x.png",
  shadowUrl: "marker-shadow.png",
});
window.$ ??= (what) => {
  if (what === document) return { ready: (then) => document.addEventListener("DOMContentLoaded", then) };
  const holder = document.createElement("template");
  holder.innerHTML = what.trim();
  return [...holder.content.children];
};
