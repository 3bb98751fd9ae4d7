//! The first bytes of a connection.

use core::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use std::io;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::OwnedSemaphorePermit,
};
use tokio_io_timeout::TimeoutStream;

/// What a client that speaks HTTP/2 says first (RFC 9113, 3.4).
const HTTP_2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A connection whose client has to take what is written in a given time, and, until it
/// is known which HTTP it speaks, to say something in that time.
#[derive(Debug)]
pub(super) struct Preface<I> {
    stream: Pin<Box<TimeoutStream<I>>>,
    /// How much of HTTP/2's first words has come; `None` once the question is settled.
    heard: Option<usize>,
    /// Given back when the connection ends.
    _place: OwnedSemaphorePermit,
}

impl<I: AsyncRead + AsyncWrite> Preface<I> {
    pub(super) fn new(stream: I, patience: Duration, place: OwnedSemaphorePermit) -> Self {
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(patience));
        stream.set_read_timeout(Some(patience));
        Self {
            stream: Box::pin(stream),
            heard: Some(0),
            _place: place,
        }
    }

    /// Notes what came, and stops the clock when it says enough.
    fn hear(&mut self, bytes: &[u8]) {
        let Some(heard) = self.heard else { return };
        let expected = &HTTP_2[heard..];
        let common = expected
            .iter()
            .zip(bytes)
            .take_while(|(a, b)| a == b)
            .count();
        if common == bytes.len() && common < expected.len() {
            self.heard = Some(heard + common);
        } else {
            self.heard = None;
            self.stream.as_mut().set_read_timeout_pinned(None);
        }
    }
}

impl<I: AsyncRead + AsyncWrite> AsyncRead for Preface<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(self.stream.as_mut().poll_read(context, buffer))?;
        if self.heard.is_some() {
            self.hear(&buffer.filled()[before..]);
        }
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncRead + AsyncWrite> AsyncWrite for Preface<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream.as_mut().poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
