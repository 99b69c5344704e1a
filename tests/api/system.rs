//! `/health`, `/ready`, `/api/v1/system`

use http::Method;
use tests::World;

#[tokio::test(flavor = "multi_thread")]
async fn the_system_lives_and_is_ready() {
    let world = World::start().await;
    for path in ["/health", "/ready", "/api/v1/system/info"] {
        world.request(Method::GET, path).await.expect(200);
    }
    world.finish().await;
}
