"""What is asked of servers, and what was kept of their answers: the workshop of `download`."""
