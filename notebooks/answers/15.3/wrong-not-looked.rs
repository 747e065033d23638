// The cell as it stands, with the words filled in from left to right.
// says: of 4 agree
let reasons = ["serial", "too fine", "too coarse", "serial"];
