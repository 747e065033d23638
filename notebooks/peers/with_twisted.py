"""Twisted: an event loop, the reactor, that tells objects what happened to their connections."""
from twisted.internet import defer, endpoints, task
from twisted.protocols.basic import LineOnlyReceiver
from lanes import ERRANDS, HOST, PORT, checksum, order, waits

class Guest(LineOnlyReceiver):
    delimiter = b"\n"

    def __init__(self, number):
        self.number, self.answer = number, defer.Deferred()

    def connectionMade(self):
        self.transport.write(order(self.number))

    def lineReceived(self, line):
        self.transport.loseConnection()
        self.answer.callback(line)

async def errand(reactor, number):
    with waits(number):
        kitchen = endpoints.TCP4ClientEndpoint(reactor, HOST, int(PORT))
        guest = await endpoints.connectProtocol(kitchen, Guest(number))
        answer = await guest.answer
    return checksum(number, answer)

async def main(reactor):
    errands = [defer.ensureDeferred(errand(reactor, number)) for number in ERRANDS]
    print(sum(await defer.gatherResults(errands)))

task.react(lambda reactor: defer.ensureDeferred(main(reactor)))
