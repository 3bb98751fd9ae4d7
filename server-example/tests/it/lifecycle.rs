//! Starting, stopping, and being asked too much.

use crate::{files, server::Server};
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    process::Command,
};

#[cfg(unix)]
fn terminate(server: &Server, signal: &str) {
    let status = Command::new("kill")
        .args([signal, &server.child.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_server_with_success_after_the_requests_in_progress() {
    for signal in ["-TERM", "-INT"] {
        let dir = tempfile::tempdir().unwrap();
        files::dem(dir.path());
        let mut server = Server::start([dir.path()]);
        assert_eq!(server.get("/healthz").status, 200);
        // A request whose answer has begun when the signal comes: half of it is sent before.
        let address = server.url.strip_prefix("http://").unwrap().to_owned();
        let mut stream = TcpStream::connect(&address).unwrap();
        let request =
            "GET /cog/statistics?url=dem HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let mut first = [0; 1];
        let mut rest = String::new();
        stream.read_exact(&mut first).unwrap();
        terminate(&server, signal);
        stream.read_to_string(&mut rest).unwrap();
        assert!(
            rest.starts_with("TTP/1.1 200") && rest.trim_end().ends_with('}'),
            "{rest}"
        );
        assert_eq!(server.child.wait().unwrap().code(), Some(0), "{signal}");
        assert!(TcpStream::connect(&address).is_err());
    }
}

#[cfg(unix)]
#[test]
fn a_server_whose_messages_nobody_reads_answers_and_ends() {
    let dir = tempfile::tempdir().unwrap();
    files::dem(dir.path());
    let mut child = Command::new(env!("CARGO_BIN_EXE_smalti"))
        .args(["serve", "--port", "0", "--log-level", "debug"])
        .arg(dir.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    let mut line = String::new();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut out, &mut line).unwrap();
    let url = line[line.find("http://").unwrap()..].trim().to_owned();
    for _ in 0..3 {
        assert_eq!(
            ureq::get(format!("{url}healthz")).call().unwrap().status(),
            200
        );
        // An error that is told.
        let missing = ureq::get(format!("{url}cog/info?url=nothing")).call();
        assert!(
            matches!(missing, Err(ureq::Error::StatusCode(_))),
            "{missing:?}"
        );
    }
    let status = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[cfg(unix)]
#[test]
fn a_killed_server_leaves_files_and_port_behind_in_order() {
    let dir = tempfile::tempdir().unwrap();
    files::dem(dir.path());
    let server = Server::start([dir.path()]);
    let port = server.url.rsplit(':').next().unwrap().to_owned();
    let before = std::fs::read(dir.path().join("dem.tif")).unwrap();
    terminate(&server, "-KILL");
    drop(server);
    assert_eq!(std::fs::read(dir.path().join("dem.tif")).unwrap(), before);
    // The same port at once: the listening socket is reusable.
    let again = Server::start(["--port", &port, dir.path().to_str().unwrap()]);
    assert!(again.url.ends_with(&port));
    assert_eq!(again.get("/cog/info?url=dem").status, 200);
}

#[test]
fn a_port_that_is_taken_is_named() {
    let dir = tempfile::tempdir().unwrap();
    files::dem(dir.path());
    let server = Server::start([dir.path()]);
    let port = server.url.rsplit(':').next().unwrap();
    let output = crate::server::smalti(["serve", "--port", port]);
    assert_eq!(output.status.code(), Some(1));
    let message = crate::server::stderr(&output);
    assert!(
        message.contains(port) && message.contains("--port"),
        "{message}"
    );
}

#[test]
fn more_requests_than_the_server_can_hold_are_sent_away_with_a_time() {
    let dir = tempfile::tempdir().unwrap();
    files::dem(dir.path());
    let server = Server::start([
        "--max-requests",
        "1",
        "--max-waiting",
        "0",
        dir.path().to_str().unwrap(),
    ]);
    // Many at once against one place and no queue: some are drawn, some are sent away, none fails otherwise.
    let answers: Vec<_> = std::thread::scope(|scope| {
        let server = &server;
        let threads: Vec<_> = (0..16)
            .map(|i| {
                scope.spawn(move || {
                    server.get(&format!(
                        "/cog/preview.png?url=dem&width=1400&bidx=1&rescale={i},700"
                    ))
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let drawn = answers.iter().filter(|a| a.status == 200).count();
    let away: Vec<_> = answers.iter().filter(|a| a.status == 503).collect();
    assert_eq!(drawn + away.len(), answers.len());
    assert!(drawn >= 1 && !away.is_empty(), "{drawn} drawn");
    for answer in away {
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert!(answer.detail().contains("try again"));
    }
    assert_eq!(
        server
            .get("/cog/preview.png?url=dem&bidx=1&rescale=0,700")
            .status,
        200
    );
}
