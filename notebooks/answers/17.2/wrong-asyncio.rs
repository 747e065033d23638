// "Threads are slow; coroutines are not."
// says: interpreters at work: 1,
const MINE: &str = r#"
import asyncio
from lanes import ERRANDS, HOST, PORT, checksum, order, waits

async def errand(number):
    with waits(number):
        reader, writer = await asyncio.open_connection(HOST, PORT)
        writer.write(order(number))
        answer = await reader.readline()
        writer.close()
    return checksum(number, answer)

async def main():
    return sum(await asyncio.gather(*map(errand, ERRANDS)))

print(asyncio.run(main()))
"#;
let mine = two.python("mine", MINE).clone();
mine.timeline.figure()
