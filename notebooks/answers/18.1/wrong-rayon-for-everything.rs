// "rayon uses all cores, so it is the fastest at everything that can be cut."
// says: at least five times as fast
let choices = ["rayon", "rayon", "processes"]; // for sensors, photos, library
let mut library = jobs(12, None, 100_000);
library[7].crashes = true;
let customers = choose::matrix(&TOOLS)
    .row("sensors", choices[0], &io)
    .row("photos", choices[1], &cpu)
    .row("library", choices[2], &library)
    .measure_choices()?;
customers.figure()
