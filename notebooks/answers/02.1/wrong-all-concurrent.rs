// "All four began together."
// says: you said concurrent
let answers = ["concurrent", "concurrent", "concurrent", "concurrent"];
