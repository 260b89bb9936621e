"""What pages are made of: each widget is a function that puts marks and targets on a Sketch and returns its height."""
