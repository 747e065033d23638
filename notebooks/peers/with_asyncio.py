"""asyncio: coroutines on one thread, in one event loop."""
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
    return sum(await asyncio.gather(*(errand(number) for number in ERRANDS)))

print(asyncio.run(main()))
