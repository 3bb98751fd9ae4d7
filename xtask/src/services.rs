//! Object stores and databases on the loopback interface, alive as long as the tests run.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::process::not_started;
use crate::workspace::root;

/// Name of the bucket and of the container that each store starts with.
pub(crate) const BUCKET: &str = "smalti";

/// A server that was started for the tests.
///
/// It ends when its standard input closes. The other end of that pipe is ours, so it ends with this
/// process however this process ends: on success, failure, Ctrl-C or a kill.
#[derive(Debug)]
pub(crate) struct Service {
    child: Child,
    /// The address it serves, as it printed it.
    pub(crate) endpoint: String,
}

impl Service {
    /// S3, by moto.
    ///
    /// # Errors
    ///
    /// If it cannot be started, or ends before it serves.
    pub(crate) fn s3(python: &Path) -> Result<Self> {
        let script = root().join("xtask/oracles/s3_server.py");
        Self::start(
            "the S3 server",
            Command::new(python).arg(script).arg(BUCKET),
        )
    }

    /// Azure Blob Storage, by azurite, which is installed in `folder`.
    ///
    /// # Errors
    ///
    /// If it cannot be started, or ends before it serves.
    pub(crate) fn azure(folder: &Path) -> Result<Self> {
        let script = root().join("xtask/oracles/azurite/serve.mjs");
        Self::start(
            "the Azure Blob server",
            Command::new("node")
                .arg(script)
                .arg(folder)
                .arg(BUCKET)
                .current_dir(folder),
        )
    }

    /// A database server, by MariaDB or PostgreSQL: `kind` is `mysql` or `postgresql`.
    ///
    /// # Errors
    ///
    /// If it cannot be started, or ends before it serves.
    pub(crate) fn database(kind: &str) -> Result<Self> {
        let script = root().join("xtask/oracles/database_server.py");
        Self::start(
            &format!("the {kind} server"),
            Command::new("python3").arg(script).arg(kind),
        )
    }

    /// Starts `command` and waits for the line with its address.
    fn start(name: &str, command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| not_started(command, error))?;
        let output = child
            .stdout
            .take()
            .context("the child's output was asked for")?;
        let mut service = Self {
            child,
            endpoint: String::new(),
        };
        BufReader::new(output)
            .read_line(&mut service.endpoint)
            .with_context(|| format!("reading the address of {name}"))?;
        service.endpoint.truncate(service.endpoint.trim_end().len());
        ensure!(
            service.endpoint.contains("127.0.0.1:"),
            "{name} ended before it served (it printed `{}`); see its message above",
            service.endpoint
        );
        eprintln!("xtask: {name} is on {}", service.endpoint);
        Ok(service)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Nothing can be done about one that does not end; waiting is what keeps it from being a zombie.
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::Service;
    use std::process::Command;

    #[test]
    fn a_service_serves_until_it_is_dropped() {
        let service = Service::start(
            "a line",
            Command::new("sh").args(["-c", "echo http://127.0.0.1:1; read -r _ || exit 0"]),
        )
        .unwrap();
        assert_eq!(service.endpoint, "http://127.0.0.1:1");
        // Returns only once the shell has seen its input close.
        drop(service);
    }

    #[test]
    fn one_that_ends_at_once_is_an_error() {
        let error =
            Service::start("a stub", Command::new("sh").args(["-c", "exit 1"])).unwrap_err();
        assert!(
            format!("{error:#}").contains("a stub ended before it served"),
            "{error:#}"
        );
    }
}
