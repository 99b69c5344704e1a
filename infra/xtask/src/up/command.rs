//! The command from start to stop.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::instance::Instance;
use super::prepare::{Prepared, prepare};
use super::service::Service;
use super::{gateway, http, variables};
use crate::build::{self, Components, ProfileArgs};
use crate::files::write_private;
use crate::interrupt::{Interrupt, Interrupted};
use crate::platform::DEMO_ADMINISTRATOR;
use crate::seed::Shop;
use crate::session::Session;
use crate::ui::Step;
use crate::workspace::Workspace;

const HOST_SETTINGS: &str = include_str!("host.toml");

/// Prepare what is missing, build, migrate, seed, and serve the demo shops until Ctrl-C.
///
/// Missing tools are installed where that is allowed: the target wasm32-wasip2 through rustup, PostgreSQL through apt. Without
/// --database-url a private PostgreSQL cluster is kept under .wasla/ and runs as long as this command does.
#[derive(Debug, Args)]
pub struct UpArgs {
    /// Where the shops are served
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// Where the sandbox is served: payment gateway and mailbox
    #[arg(long, default_value = "127.0.0.1:3100")]
    sandbox_listen: SocketAddr,
    /// Begin with a new, empty database; what the old one held is deleted
    #[arg(long)]
    fresh: bool,
    #[command(flatten)]
    profile: ProfileArgs,
    /// Use this server instead of a private one: postgres://admin:password@host:port/name
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
}

/// Runs the command until a signal; then drains and stops everything it started.
///
/// # Errors
/// When something is missing, fails to build or start, or ends by itself.
pub async fn run(workspace: &Workspace, args: &UpArgs, interrupt: &mut Interrupt) -> Result<ExitCode> {
    let instance = Instance::claim(workspace, args.listen)?;
    for (address, option) in [(args.listen, "--listen"), (args.sandbox_listen, "--sandbox-listen")] {
        require_free(address, option)?;
    }
    interrupt
        .or(async {
            build::components(workspace, Components::Shipped).await?;
            build::programs(workspace, args.profile, &["host", "sandbox"]).await
        })
        .await?;
    let mut session = Session::open(workspace, args.database_url.as_deref(), args.fresh).await?;
    let served = serve(workspace, args, &mut session, interrupt).await;
    let closing = Step::start("Closing the database");
    let closed = session.close().await;
    if closed.is_ok() {
        closing.done("");
    }
    drop(instance);
    served?;
    closed?;
    Ok(ExitCode::SUCCESS)
}

fn require_free(address: SocketAddr, option: &str) -> Result<()> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("{address} is in use by another program: end that one, or choose another address with {option}")
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {address}")),
    }
}

/// Starts both services, reports, and waits for a signal or for one of them to end; stops them in any case.
async fn serve(workspace: &Workspace, args: &UpArgs, session: &mut Session, interrupt: &mut Interrupt) -> Result<()> {
    let prepared = interrupt.or(prepare(workspace, session)).await?;
    let mut services = Vec::new();
    let ended = interrupt
        .or(async {
            start(workspace, args, session, &prepared, &mut services).await?;
            announce(args, &prepared.shops, workspace);
            Ok(Service::first_to_end(&mut services).await)
        })
        .await;
    // The host first: it drains, and what it finishes may still need gateway and database.
    while let Some(mut service) = services.pop() {
        service.stop(interrupt).await;
    }
    match ended {
        Ok(obituary) => Err(obituary),
        // The expected end: somebody asked for it.
        Err(error) if error.is::<Interrupted>() => Ok(()),
        Err(error) => Err(error),
    }
}

async fn start(
    workspace: &Workspace,
    args: &UpArgs,
    session: &Session,
    prepared: &Prepared,
    services: &mut Vec<Service>,
) -> Result<()> {
    let place = variables::Place { shops: reachable(args.listen), gateway: reachable(args.sandbox_listen) };
    let variables = variables::compose(&place, session, &prepared.accounts)?;
    variables::save(workspace, &variables)?;
    let accounts = gateway::write_accounts(workspace, &place, &prepared.accounts)?;
    let step = Step::start("Starting the sandbox gateway");
    let mut sandbox = Service::command(&build::program(workspace, args.profile, "sandbox"));
    sandbox.args(["--listen", &args.sandbox_listen.to_string(), "--accounts"]).arg(accounts);
    // Not among the arguments, which every user of the machine can read.
    sandbox.env("SANDBOX_MESSAGE_CREDENTIALS", session.vault.secrets.identity.message_credentials());
    services.push(Service::spawn(workspace, "sandbox", sandbox)?);
    http::wait_until_listening(reachable(args.sandbox_listen), services).await?;
    step.done(&format!("http://{}", reachable(args.sandbox_listen)));

    let step = Step::start("Starting the host");
    let settings = workspace.state().join("host.toml");
    write_private(&settings, HOST_SETTINGS)?;
    let mut host = Service::command(&build::program(workspace, args.profile, "host"));
    host.args(["--manifest", "spin.toml", "--listen", &args.listen.to_string(), "--config"]).arg(settings);
    host.arg("--state-dir").arg(workspace.state().join("host"));
    host.envs(variables.iter().map(|(name, value)| (variables::environment_name(name), value)));
    services.push(Service::spawn(workspace, "host", host)?);
    http::wait_until_ready(reachable(args.listen), services).await?;
    step.done("");
    Ok(())
}

/// The address a client on this machine uses for a server that listens on `address`.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn announce(args: &UpArgs, shops: &[Shop], workspace: &Workspace) {
    let port = args.listen.port();
    println!("\nThe shops are open:");
    for shop in shops {
        println!("  {:<24} http://{}.localhost:{port}/api/v1/storefront/shop", shop.name, shop.slug);
    }
    if let Some(shop) = shops.first() {
        println!("\nTry:\n  curl 'http://{}.localhost:{port}/api/v1/storefront/products?limit=3&lang=en'", shop.slug);
    }
    println!("\nStaff sign in under /api/v1/auth, once they have set a password by the link that this sends:");
    for shop in shops {
        println!("  {:<24} {}", shop.owner(), forgot_password(&shop.slug, &shop.owner(), port));
    }
    println!("  {DEMO_ADMINISTRATOR:<24} {}", forgot_password("platform", DEMO_ADMINISTRATOR, port));
    println!("\nMailbox: http://{}/mailbox", reachable(args.sandbox_listen));
    println!("Logs: {}  ·  Ctrl-C stops everything", workspace.state().join("logs").display());
}

/// The command that has a reset link sent to somebody of a shop, or of the platform.
fn forgot_password(slug: &str, email: &str, port: u16) -> String {
    let url = format!("http://{slug}.localhost:{port}/api/v1/auth/password/forgot");
    format!("curl {url} --json '{{\"email\": \"{email}\"}}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_every_address_is_reached_on_loopback() {
        assert_eq!(reachable("0.0.0.0:3000".parse().unwrap()).to_string(), "127.0.0.1:3000");
        assert_eq!(reachable("[::]:3000".parse().unwrap()).to_string(), "[::1]:3000");
        assert_eq!(reachable("10.0.0.7:80".parse().unwrap()).to_string(), "10.0.0.7:80");
    }

    #[test]
    fn an_address_in_use_is_one_clear_sentence() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let message = require_free(address, "--listen").unwrap_err().to_string();
        assert!(message.contains(&address.to_string()) && message.contains("--listen"), "{message}");
    }
}
