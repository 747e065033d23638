// "Lanes that compute at the same moment are threads; processes take turns."
// says: 2 of 4
let whose = ["processes", "one after another", "threads", "event loop"]; // A, B, C, D
