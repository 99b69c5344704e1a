//! `traceparent` and `tracestate` (W3C Trace Context).

use tests::{World, fresh_key};

const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Trace id and parent id of a valid `traceparent`.
#[track_caller]
fn parts(text: &str) -> (String, String) {
    let parts: Vec<_> = text.split('-').collect();
    let hex = |text: &str, digits| text.len() == digits && text.bytes().all(|byte| b"0123456789abcdef".contains(&byte));
    let good = parts.len() == 4 && parts[0] == "00" && hex(parts[1], 32) && hex(parts[2], 16) && hex(parts[3], 2);
    assert!(good && !parts[1].trim_matches('0').is_empty() && !parts[2].trim_matches('0').is_empty(), "{text}");
    (parts[1].to_owned(), parts[2].to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_goes_on_to_the_gateway_and_begins_anew_where_it_is_broken() {
    let world = World::start().await;
    let shop = world.shop("qahwa");
    let variant = shop.any_variant().await;
    let mut seen = 0;
    for (headers, id, state) in [
        (&[("traceparent", PARENT), ("tracestate", "a=1, b=2")][..], Some(ID), Some("a=1,b=2")),
        (&[("traceparent", PARENT), ("tracestate", "Not A List")], Some(ID), None),
        (&[("traceparent", &PARENT.replacen("00", "7f", 1))], Some(ID), None),
        (&[("tracestate", "a=1")], None, None),
        (&[("traceparent", &PARENT.to_uppercase()), ("tracestate", "a=1")], None, None),
        (&[("traceparent", PARENT), ("traceparent", PARENT), ("tracestate", "a=1")], None, None),
        (&[("traceparent", &PARENT.replace("00f067aa0ba902b7", "0000000000000000"))], None, None),
        (&[("traceparent", "00-<script>-x-01"), ("tracestate", "a=1")], None, None),
    ] {
        let cart = shop.cart_with(&[(&variant, 1)]).await;
        let mut call = shop.checkout(&cart, &fresh_key());
        for (name, value) in headers {
            call = call.header(name, value);
        }
        let answer = call.await.expect(201);
        assert_eq!(answer.header("traceparent"), None, "the standard knows none in answers");
        let traces = world.gateway.traces();
        let new = &traces[seen..];
        seen = traces.len();
        assert_eq!(new.len(), 1, "{new:?}");
        let (trace, parent) = parts(new[0].traceparent.as_deref().unwrap());
        assert_eq!(trace == ID, id.is_some(), "{headers:?}");
        assert_ne!(parent, "00f067aa0ba902b7", "our own span");
        assert_eq!(new[0].tracestate.as_deref(), state, "{headers:?}");
    }
    world.allow_unpublished_events();
    world.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_and_webhooks_take_part_too() {
    let world = World::start().await;
    let shop = world.shop("moda");
    let placed = shop.place(&[(&shop.any_variant().await, 1)]).await;
    world.pay(placed.invoice).await;
    world.run_job("messages/deliver").await;
    let traces = world.gateway.traces();
    assert!(
        traces.iter().any(|trace| trace.path.starts_with("/v1/payments")),
        "the webhook asked for the truth: {traces:?}"
    );
    for trace in traces {
        parts(trace.traceparent.as_deref().unwrap_or_else(|| panic!("{trace:?}")));
    }
    world.finish().await;
}
