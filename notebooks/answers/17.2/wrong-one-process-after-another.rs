// "A process for each, and I wait for its result at once."
// says: both are to be under way at the same time
const MINE: &str = r#"
from concurrent.futures import ProcessPoolExecutor
from lanes import ERRANDS, errand

if __name__ == "__main__":
    total = 0
    for number in ERRANDS:
        with ProcessPoolExecutor(max_workers=1) as pool:
            total += pool.submit(errand, number).result()
    print(total)
"#;
let mine = two.python("mine", MINE).clone();
mine.timeline.figure()
