// "I know what the kitchen answers, so nobody has to fetch it."
// says: fetched 0 dishes for 2 errands
const MINE: &str = r#"
from concurrent.futures import ProcessPoolExecutor
from lanes import ERRANDS, checksum

def errand(number):
    return checksum(number, b"a dish for guest%d\n" % number)

if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=2) as pool:
        print(sum(pool.map(errand, ERRANDS)))
"#;
let mine = two.python("mine", MINE).clone();
mine.timeline.figure()
