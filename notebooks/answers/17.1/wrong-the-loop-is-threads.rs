// "Slices are the turns of an event loop, and what runs to its end is a thread."
// says: 2 of 4
let whose = ["event loop", "one after another", "processes", "threads"]; // A, B, C, D
