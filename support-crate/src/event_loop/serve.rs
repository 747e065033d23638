//! What a server needs beside its loop: somebody who accepts, connections, pauses (lesson 12).

use std::io::{self, Write};
use std::net;

use super::queue::spawn;
use super::run::EventLoop;
use super::socket::Socket;
use super::timer::Sleep;
use super::turn::Loop;
use crate::time::Time;

/// A guest's connection, as a task of a loop has it.
pub type Client = Socket<mio::net::TcpStream>;

impl Loop {
    /// Accepts so many `guests` in a task with the lane "listener", and spawns for each what `table` makes of it.
    ///
    /// # Errors
    /// What the system says of the listener.
    ///
    /// # Panics
    /// The listener's task does, where the system gives no further connection.
    pub fn serve<F: Future<Output = ()> + Send + 'static>(
        &self,
        run: &EventLoop,
        door: net::TcpListener,
        guests: usize,
        mut table: impl FnMut(Client) -> F + Send + 'static,
    ) -> io::Result<()> {
        let mut listener = Socket::listen(&self.sockets, door)?;
        let queue = self.queue.clone();
        let accepts = async move {
            for _ in 0..guests {
                let client = listener.accept().await.expect("the system gives each guest a connection");
                spawn(&queue, table(client));
            }
        };
        spawn(&self.queue, run.task("listener", accepts));
        Ok(())
    }

    /// Both ends of a connection within this machine: one that blocks, for a thread, and one for a task of this loop. What
    /// the first has `said` has arrived before the loop knows of the second.
    ///
    /// # Errors
    /// What the system says, for example that no file descriptor is left.
    pub fn connection(&self, said: &[u8]) -> io::Result<(net::TcpStream, Client)> {
        let door = net::TcpListener::bind("127.0.0.1:0")?;
        let mut guest = net::TcpStream::connect(door.local_addr()?)?;
        let (table, _) = door.accept()?;
        guest.write_all(said)?;
        let mut arrived = vec![0; said.len()];
        while !said.is_empty() && table.peek(&mut arrived)? < said.len() {}
        table.set_nonblocking(true)?;
        Ok((guest, Socket::new(&self.sockets, mio::net::TcpStream::from_std(table))?))
    }

    /// Makes futures that are ready so much time after they were made, by this loop's timers.
    pub fn sleeper(&self, run: &EventLoop) -> impl Fn(Time) -> Sleep + Clone + Send + 'static + use<> {
        let (run, timers) = (run.clone(), self.timers.clone());
        move |time| Sleep { until: run.deadline(time), timers: timers.clone() }
    }
}
