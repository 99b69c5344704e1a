//! Runs the application of a `spin.toml`.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use host::{App, Config, Options};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// How long requests under way may take to finish once the host is told to stop.
const DRAIN: Duration = Duration::from_secs(30);

/// Runs the application of a Spin manifest.
#[derive(Parser)]
#[command(name = "host")]
struct Arguments {
    /// The manifest.
    #[arg(long, default_value = "spin.toml")]
    manifest: PathBuf,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// The host's settings (host.toml).
    #[arg(long)]
    config: Option<PathBuf>,
    /// Where state is kept [default: .spin beside the manifest].
    #[arg(long)]
    state_dir: Option<PathBuf>,
    /// Where compiled components are kept [default: compiled in the state directory].
    #[arg(long)]
    cache_dir: Option<PathBuf>,
    /// An application variable; wins over the environment.
    #[arg(long = "variable", value_name = "NAME=VALUE", value_parser = variable)]
    variables: Vec<(String, String)>,
    /// Where to serve metrics; not served by default.
    #[arg(long)]
    metrics_listen: Option<SocketAddr>,
}

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("is not of the form name=value")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Requests make many small allocations on several threads, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Tasks after which a busy worker looks for what has arrived. Tokio's own 61 suit tasks that end within microseconds; when every worker is
/// busy with guests that compute, each task is as long as the engine's epoch, and arrivals would wait for 61 of them.
const EVENT_INTERVAL: u32 = 8;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().event_interval(EVENT_INTERVAL).build();
    match runtime.context("cannot start").and_then(|runtime| runtime.block_on(run(arguments))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    let config = arguments.config.as_deref().map(Config::from_file).transpose()?.unwrap_or_default();
    let metrics_listen = arguments.metrics_listen.or(config.metrics.listen);
    let options = Options {
        variables: arguments.variables.into_iter().collect(),
        state_dir: arguments.state_dir,
        compile_cache_dir: arguments.cache_dir,
        config,
        ..Options::default()
    };
    let app = App::load(&arguments.manifest, options).await?;
    let bind = async |address| TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"));
    let server = app.serve(bind(arguments.listen).await?).await?;
    if let Some(address) = metrics_listen {
        app.serve_metrics(bind(address).await?);
    }
    let mut stdout = std::io::stdout();
    writeln!(stdout, "listening on http://{}", server.addr())?;
    stdout.flush()?;
    tokio::select! {
        _ = terminated.recv() => {}
        _ = interrupted.recv() => {}
    }
    if !server.shutdown(DRAIN).await {
        eprintln!("error: some requests were not finished after {} s", DRAIN.as_secs());
    }
    app.close();
    Ok(())
}
