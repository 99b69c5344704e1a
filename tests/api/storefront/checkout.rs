//! `/api/v1/storefront/checkout`

use tests::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_buys() {
    let world = World::start().await;
    for shop in world.shops() {
        let variant = shop.any_variant().await;
        let before = world.stock(&variant).await;
        let placed = shop.buy(&[(&variant, 2)]).await;
        assert_eq!(shop.status(&placed).await, "paid");
        let after = world.stock(&variant).await;
        assert_eq!((after.on_hand, after.reserved), (before.on_hand - 2, 0));
    }
    world.finish().await;
}
