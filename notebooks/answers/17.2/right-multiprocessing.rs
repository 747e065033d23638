// "multiprocessing has a pool as well."
const MINE: &str = r#"
import multiprocessing
from lanes import ERRANDS, errand

if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        print(sum(pool.map(errand, ERRANDS, chunksize=1)))
"#;
let mine = two.python("mine", MINE).clone();
mine.timeline.figure()
