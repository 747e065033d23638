// "Fifty thousand chunks even out, and eight do not: C is serial, and B too coarse."
// says: 2 of 4 agree
let reasons = ["too coarse", "too coarse", "serial", "serial"];
