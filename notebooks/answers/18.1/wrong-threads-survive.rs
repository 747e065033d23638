// "If one thread crashes, the others go on."
// says: 0 of 11 answers
let choices = ["async", "rayon", "threads"]; // for sensors, photos, library
let mut library = jobs(12, None, 100_000);
library[7].crashes = true;
let customers = choose::matrix(&TOOLS)
    .row("sensors", choices[0], &io)
    .row("photos", choices[1], &cpu)
    .row("library", choices[2], &library)
    .measure_choices()?;
customers.figure()
