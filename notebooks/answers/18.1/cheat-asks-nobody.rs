// The sensors' answers are known, so nobody has to be asked.
// says: every sensor is to be asked
let choices = ["async", "rayon", "processes"]; // for sensors, photos, library
let mut library = jobs(12, None, 100_000);
library[7].crashes = true;
let customers = choose::matrix(&TOOLS)
    .row("sensors", choices[0], &jobs(200, None, 0))
    .row("photos", choices[1], &cpu)
    .row("library", choices[2], &library)
    .measure_choices()?;
customers.figure()
