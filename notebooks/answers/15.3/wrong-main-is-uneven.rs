// "In D the workers are parked, as in A."
// says: 3 of 4 agree
let reasons = ["too coarse", "serial", "too fine", "too coarse"];
