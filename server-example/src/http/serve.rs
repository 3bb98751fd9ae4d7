//! Listening, and stopping well.

use super::{preface::Preface, router};
use crate::{Error, state::ServerState};
use axum::Router;
use axum_server::{Handle, accept::Accept};
use core::pin::Pin;
use futures_util::{FutureExt as _, future::BoxFuture};
use hyper_util::rt::TokioTimer;
use std::{
    io,
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
    sync::Semaphore,
};

/// After a signal, requests in progress get this long to finish.
const DEADLINE: Duration = Duration::from_secs(10);

/// Requests that one HTTP/2 connection may have in progress: more than a map asks for at a time.
const STREAMS: u32 = 128;

/// Opens a listening socket on the first of some ports that is free.
///
/// # Errors
///
/// [`Error::Failed`] if the address is not this machine's or all ports are taken.
pub async fn listen(host: IpAddr, ports: RangeInclusive<u16>) -> Result<TcpListener, Error> {
    let last = *ports.end();
    for port in ports {
        let address = SocketAddr::new(host, port);
        let error = match TcpListener::bind(address).await {
            Ok(listener) => return Ok(listener),
            Err(error) => error,
        };
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse if port < last => continue,
            std::io::ErrorKind::AddrInUse => "; choose another with --port, 0 takes a free one",
            std::io::ErrorKind::PermissionDenied => "; ports below 1024 need special rights",
            _ => "",
        };
        return Err(Error::Failed(format!(
            "cannot listen on {address}: {error}{hint}"
        )));
    }
    Err(Error::Failed("there is no port to listen on".into()))
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
    let door = Door::new(patience, state.http.connections);
    serve_until(listener, router(state), door, handle).await
}

async fn serve_until(
    listener: TcpListener,
    router: Router,
    door: Door,
    handle: Handle<SocketAddr>,
) -> Result<(), Error> {
    let patience = door.patience;
    let broken = |error| Error::failed("the server stopped", &error);
    let mut server = axum_server::from_tcp(listener.into_std().map_err(broken)?)
        .map_err(broken)?
        .acceptor(door)
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

/// Lets so many connections in at a time.
///
/// Gives up writing to who does not read, and waiting for who does not say which HTTP it speaks. There
/// is no such limit on reading later: a client that waits for its answer says nothing, and heads
/// have a limit of their own.
#[derive(Clone, Debug)]
struct Door {
    patience: Duration,
    places: Arc<Semaphore>,
}

/// What is said to who finds no place.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n\
    content-type: application/json\r\ncontent-length: 51\r\n\r\n\
    {\"detail\":\"too many connections; try again later\"}\n";

impl Door {
    fn new(patience: Duration, connections: usize) -> Self {
        let places = connections.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            patience,
            places: Arc::new(Semaphore::new(places)),
        }
    }
}

impl<I: AsyncRead + AsyncWrite + Send + Unpin + 'static, S: Send + 'static> Accept<I, S> for Door {
    type Stream = Pin<Box<Preface<I>>>;
    type Service = S;
    type Future = BoxFuture<'static, io::Result<(Self::Stream, S)>>;

    fn accept(&self, mut stream: I, service: S) -> Self::Future {
        let (patience, place) = (self.patience, Arc::clone(&self.places).try_acquire_owned());
        Box::pin(async move {
            let Ok(place) = place else {
                // What fits into no buffer of the connection is not said.
                let said = async {
                    stream.write_all(FULL).await?;
                    stream.shutdown().await
                };
                return match said.now_or_never() {
                    Some(Err(error)) => Err(error),
                    _ => Err(io::ErrorKind::ConnectionRefused.into()),
                };
            };
            Ok((Box::pin(Preface::new(stream, patience, place)), service))
        })
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
    use tokio::{io::AsyncReadExt as _, net::TcpStream, time::Instant};

    const PATIENCE: Duration = Duration::from_secs(30);

    /// A server with one page, on a clock that jumps ahead when all wait.
    async fn start() -> (SocketAddr, Handle<SocketAddr>) {
        let listener = listen([127, 0, 0, 1].into(), 0..=0).await.unwrap();
        let address = listener.local_addr().unwrap();
        let handle = Handle::new();
        let router = Router::new().route("/", get(|| async { "hello" }));
        let door = Door::new(PATIENCE, 3);
        tokio::spawn(serve_until(listener, router, door, handle.clone()));
        (address, handle)
    }

    #[tokio::test(start_paused = true)]
    async fn one_connection_too_many_is_told_so() {
        let (address, _handle) = start().await;
        let ask = async |client: &mut TcpStream| {
            client
                .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                .await?;
            let mut start = [0; 12];
            client.read_exact(&mut start).await.map(|_| start)
        };
        let mut inside = Vec::new();
        for _ in 0..3 {
            let mut client = TcpStream::connect(address).await.unwrap();
            assert_eq!(&ask(&mut client).await.unwrap(), b"HTTP/1.1 200");
            inside.push(client);
        }
        let mut outside = TcpStream::connect(address).await.unwrap();
        let mut answer = Vec::new();
        outside.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 503 "), "{head}");
        assert!(
            head.contains(&format!("content-length: {}", body.len())),
            "{answer}"
        );
        // Who leaves makes room; when that is noticed is the server's affair.
        drop(inside.pop());
        loop {
            let mut client = TcpStream::connect(address).await.unwrap();
            if matches!(ask(&mut client).await, Ok(start) if &start == b"HTTP/1.1 200") {
                break;
            }
        }
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
        let (mut stream, ()) = Door::new(PATIENCE, 1).accept(server, ()).await.unwrap();
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
