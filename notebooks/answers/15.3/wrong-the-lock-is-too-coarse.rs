// "In B always one of them waits, so the pieces are too large."
// says: 3 of 4 agree
let reasons = ["too coarse", "too coarse", "too fine", "serial"];
