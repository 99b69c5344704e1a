//! What shoppers call. Every route is a shop's: the request names one tenant, or answers 404.

mod routes;

use commerce_app::cart_view::CartView;
use commerce_app::identity::AccountView;
use commerce_app::place_order::PlacedView;
use commerce_app::shapes::{Category, Product, ProductCard, Shop};
use commerce_http::{Routes, get, patch, post};
use routes::addresses::AddressView;
use routes::my_orders::SummaryView;
use routes::orders::OrderPage;
use routes::{addresses, cart_items, carts, categories, checkout, jobs, me, media, my_orders, orders, products, shop};

/// What is done here, and by whom.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
        .nest(
            "/api/v1/storefront",
            Routes::new()
                .route("/shop", get(shop::show_shop).gives::<Shop>(200))
                .route("/categories", get(categories::list_categories).lists::<Category>())
                .route("/products", get(products::list_products).pages::<ProductCard>())
                .route("/products/{product}", get(products::show_product).gives::<Product>(200))
                .route("/media/{media_id}", get(media::show_media).gives_file(media::TYPES))
                .route("/carts", post(carts::create_cart).may_take::<carts::NewCart>().gives::<CartView>(201))
                .route("/carts/{cart_id}", get(carts::show_cart).gives::<CartView>(200))
                .route("/carts/{cart_id}/items", post(cart_items::add_cart_item).gives::<CartView>(200))
                .route(
                    "/carts/{cart_id}/items/{item_id}",
                    patch(cart_items::update_cart_item)
                        .gives::<CartView>(200)
                        .delete(cart_items::remove_cart_item)
                        .gives::<CartView>(200),
                )
                .route("/checkout", post(checkout::place_order).gives::<PlacedView>(201))
                .route("/orders/{order_id}", get(orders::show_order).gives::<OrderPage>(200))
                .route(
                    "/me",
                    get(me::show_profile).gives::<AccountView>(200).patch(me::update_profile).gives::<AccountView>(200),
                )
                .route(
                    "/me/addresses",
                    get(addresses::list_addresses)
                        .lists::<AddressView>()
                        .post(addresses::add_address)
                        .gives::<AddressView>(201),
                )
                .route(
                    "/me/addresses/{address_id}",
                    patch(addresses::update_address)
                        .gives::<AddressView>(200)
                        .delete(addresses::remove_address)
                        .gives::<addresses::Removed>(200),
                )
                .route("/me/orders", get(my_orders::list_my_orders).pages::<SummaryView>())
                .route("/me/orders/{order_id}", get(my_orders::show_my_order).gives::<OrderPage>(200)),
        )
        .route("/internal/jobs/storefront/release-reservations", post(jobs::release_reservations))
        .route("/internal/jobs/storefront/purge", post(jobs::purge))
}

#[cfg(target_family = "wasm")]
#[spin_sdk::http_service]
async fn handle(request: spin_sdk::http::Request) -> impl spin_sdk::http::IntoResponse {
    commerce_http::serve(routes, request).await
}
