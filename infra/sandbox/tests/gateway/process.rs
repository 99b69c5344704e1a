use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sandbox::{Config, Sandbox};
use serde_json::json;

use crate::support::{World, id};

#[tokio::test]
async fn shutting_down_ends_everything_at_once() {
    let world = World::start_with(Config::default(), Duration::from_secs(30)).await;
    let invoice = id(&world.invoice(json!({})).await);
    world.sandbox.pay(invoice, false).unwrap();
    let address = world.sandbox.addr();
    let started = Instant::now();
    world.sandbox.shutdown().await;
    assert!(started.elapsed() < Duration::from_secs(1), "neither kept connections nor deliveries hold it up");
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn several_sandboxes_live_in_one_process() {
    let (one, other) = (World::start().await, World::start().await);
    let invoice = id(&one.invoice(json!({})).await);
    assert!(other.sandbox.pay(invoice, false).is_err());
    let taken = Sandbox::start(Config { listen: one.sandbox.addr(), ..Config::default() }).await;
    assert!(taken.is_err_and(|error| error.to_string().starts_with("cannot listen on")));
}

#[test]
fn the_binary_serves_until_it_is_told_to_stop() {
    let account = json!({
        "name": "qahwa", "api_key": "sk_test_1", "webhook_url": "http://127.0.0.1:1/hook", "secret_token": "s"
    });
    let mut process = Command::new(env!("CARGO_BIN_EXE_sandbox"))
        .args(["--listen", "127.0.0.1:0", "--account", &account.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on http://").unwrap();
    std::net::TcpStream::connect(address).unwrap();
    let stopped = Command::new("kill").args(["-TERM", &process.id().to_string()]).status().unwrap();
    assert!(stopped.success());
    assert!(process.wait().unwrap().success());
}
