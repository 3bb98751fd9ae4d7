//! Listening, and stopping well.

use super::{preface::Preface, router};
use crate::{Error, state::ServerState};
use axum::Router;
use axum_server::{Handle, accept::Accept};
use core::{
    future::{Ready, ready},
    pin::Pin,
};
use hyper_util::rt::TokioTimer;
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
};

/// After a signal, requests in progress get this long to finish.
const DEADLINE: Duration = Duration::from_secs(10);

/// Requests that one HTTP/2 connection may have in progress: more than a map asks for at a time.
const STREAMS: u32 = 128;

/// Opens a listening socket.
///
/// # Errors
///
/// [`Error::Failed`] if the address is not this machine's or the port is taken.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address).await.map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => "; choose another with --port, 0 takes a free one",
            std::io::ErrorKind::PermissionDenied => "; ports below 1024 need special rights",
            _ => "",
        };
        Error::Failed(format!("cannot listen on {address}: {error}{hint}"))
    })
}

/// Answers requests until Ctrl-C or SIGTERM, then finishes what is in progress.
///
/// A client that takes longer than `patience` to send a request's head, or to
/// take the next bytes of an answer, is cut off: it holds a connection, and
/// perhaps a picture, that others need.
///
/// # Errors
///
/// [`Error::Failed`] if the socket breaks.
pub async fn serve(
    listener: TcpListener,
    state: Arc<ServerState>,
    patience: Duration,
) -> Result<(), Error> {
    let handle = Handle::new();
    tokio::spawn({
        let handle = handle.clone();
        async move {
            signal().await;
            tracing::info!(
                "stopping: requests in progress get {} s",
                DEADLINE.as_secs()
            );
            handle.graceful_shutdown(Some(DEADLINE));
        }
    });
    serve_until(listener, router(state), patience, handle).await
}

async fn serve_until(
    listener: TcpListener,
    router: Router,
    patience: Duration,
    handle: Handle<SocketAddr>,
) -> Result<(), Error> {
    let broken = |error| Error::failed("the server stopped", &error);
    let mut server = axum_server::from_tcp(listener.into_std().map_err(broken)?)
        .map_err(broken)?
        .acceptor(Patient(patience))
        .handle(handle.clone());
    let builder = server.http_builder();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(patience);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        // Who does not answer a ping is gone.
        .keep_alive_interval(patience)
        .keep_alive_timeout(patience);
    server
        .serve(router.into_make_service())
        .await
        .map_err(broken)?;
    if handle.connection_count() > 0 {
        tracing::warn!("some requests were cut off");
    }
    Ok(())
}

/// Gives up writing to who does not read, and waiting for who does not say which HTTP it speaks. There
/// is no such limit on reading later: a client that waits for its answer says nothing, and heads
/// have a limit of their own.
#[derive(Clone, Copy, Debug)]
struct Patient(Duration);

impl<I: AsyncRead + AsyncWrite, S> Accept<I, S> for Patient {
    type Stream = Pin<Box<Preface<I>>>;
    type Service = S;
    type Future = Ready<io::Result<(Self::Stream, S)>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        ready(Ok((Box::pin(Preface::new(stream, self.0)), service)))
    }
}

/// Waits for Ctrl-C or SIGTERM.
async fn signal() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            // Without handlers the signals end the process by themselves.
            core::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => core::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = core::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
        time::Instant,
    };

    const PATIENCE: Duration = Duration::from_secs(30);

    /// A server with one page, on a clock that jumps ahead when all wait.
    async fn start() -> (SocketAddr, Handle<SocketAddr>) {
        let listener = listen(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let handle = Handle::new();
        let router = Router::new().route("/", get(|| async { "hello" }));
        tokio::spawn(serve_until(listener, router, PATIENCE, handle.clone()));
        (address, handle)
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_end_its_head_is_cut_off() {
        let (address, _handle) = start().await;
        for head in ["", "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "] {
            let mut client = TcpStream::connect(address).await.unwrap();
            let start = Instant::now();
            client.write_all(head.as_bytes()).await.unwrap();
            let mut answer = Vec::new();
            client.read_to_end(&mut answer).await.unwrap();
            assert!(start.elapsed() >= PATIENCE, "{:?}", start.elapsed());
            assert!(start.elapsed() < PATIENCE * 2, "{:?}", start.elapsed());
            let answer = String::from_utf8(answer).unwrap();
            assert!(!answer.contains("hello"), "{answer}");
        }
        // An idle connection after an answer counts the same.
        let mut client = TcpStream::connect(address).await.unwrap();
        client
            .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("hello"), "{answer}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_take_its_answer_is_cut_off() {
        let (client, server) = tokio::io::duplex(16);
        let (mut stream, ()) = Patient(PATIENCE).accept(server, ()).await.unwrap();
        let start = Instant::now();
        let error = stream.write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(start.elapsed() >= PATIENCE);
        drop(client);
    }

    #[tokio::test(start_paused = true)]
    async fn http_2_is_spoken_and_a_preface_has_to_come_in_time() {
        let (address, _handle) = start().await;
        let mut client = TcpStream::connect(address).await.unwrap();
        // Client preface and an empty SETTINGS frame (RFC 9113, 3.4): the server's SETTINGS come back.
        client
            .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
            .await
            .unwrap();
        let mut frame = [0; 9];
        client.read_exact(&mut frame).await.unwrap();
        assert_eq!(frame[3], 4, "{frame:?}");

        let start = Instant::now();
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"PRI * HT").await.unwrap();
        let mut answer = Vec::new();
        // Cut off or closed: either way it ends.
        let _ = client.read_to_end(&mut answer).await;
        assert!(start.elapsed() >= PATIENCE && start.elapsed() < PATIENCE * 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_handle_ends_it() {
        let (address, handle) = start().await;
        drop(TcpStream::connect(address).await.unwrap());
        handle.graceful_shutdown(Some(DEADLINE));
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    }
}
