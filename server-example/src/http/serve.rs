//! Listening, and stopping well.

use super::router;
use crate::{Error, state::ServerState};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::watch};

/// After a signal, requests in progress get this long to finish.
const DEADLINE: Duration = Duration::from_secs(10);

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
/// # Errors
///
/// [`Error::Failed`] if the socket breaks.
pub async fn serve(listener: TcpListener, state: Arc<ServerState>) -> Result<(), Error> {
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(async move {
        signal().await;
        tracing::info!(
            "stopping: requests in progress get {} s",
            DEADLINE.as_secs()
        );
        // Only fails when nobody serves any more.
        let _ = stop.send(true);
    });
    let wait = |mut stopped: watch::Receiver<bool>| async move {
        // An error means that the sender is gone, which is as good as a stop.
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    let server = axum::serve(listener, router(state)).with_graceful_shutdown(wait(stopped.clone()));
    let deadline = async {
        wait(stopped).await;
        tokio::time::sleep(DEADLINE).await;
    };
    tokio::select! {
        result = server.into_future() => result.map_err(|e| Error::failed("the server stopped", &e)),
        () = deadline => {
            tracing::warn!("some requests were cut off");
            Ok(())
        }
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
