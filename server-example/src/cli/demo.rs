//! `smalti demo`

use super::{
    DemoArgs, LogFormat,
    report::Progress,
    run::print,
    serve::{listen_and_serve, policy},
};
use crate::{Error, demo};
use std::process::ExitCode;

pub(super) async fn demo(arguments: DemoArgs, format: LogFormat) -> Result<ExitCode, Error> {
    let dir = arguments.dir.clone().unwrap_or_else(|| {
        // Another user's files of the same name could not be replaced, but those of the same
        // user and version are used again.
        let user = std::env::var("USER").unwrap_or_default();
        let plain: String = user.chars().filter(char::is_ascii_alphanumeric).collect();
        std::env::temp_dir().join(format!("smalti-demo-{plain}"))
    });
    let (scale, fresh) = (arguments.scale, arguments.fresh);
    let progress = Progress::new("making a world", demo::STEPS, format);
    let made = {
        let dir = dir.clone();
        tokio::task::spawn_blocking(move || {
            let layers = demo::make(&dir, scale, fresh, &|steps| progress.advance(steps))?;
            progress.finish();
            Ok::<_, Error>(layers)
        })
    };
    let layers = made
        .await
        .map_err(|e| Error::failed("the demo's files were not made", &e))??;
    if arguments.no_serve {
        print(&dir.display().to_string())?;
        return Ok(ExitCode::SUCCESS);
    }
    tracing::info!("the files are in {}", dir.display());
    let mut policy = policy(&arguments.listen)?;
    policy
        .serve_path(&dir)
        .map_err(|e| Error::failed(dir.display(), &e))?;
    let wanted = layers.into_iter().map(|layer| (layer, true)).collect();
    listen_and_serve(&arguments.listen, policy, wanted, format).await
}
