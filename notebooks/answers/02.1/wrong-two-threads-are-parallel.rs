// "Two threads, so they are parallel."
// says: of 4 agree
let answers = ["in a row", "parallel", "parallel", "concurrent"];
