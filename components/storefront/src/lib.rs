//! What shoppers call. Every route is a shop's: the request names one tenant, or answers 404.

mod routes;

use commerce_http::{Routes, get, patch, post};
use routes::{addresses, cart_items, carts, categories, checkout, jobs, me, media, my_orders, orders, products, shop};
use spin_sdk::http::{IntoResponse, Request};
use spin_sdk::http_service;

fn routes() -> Routes {
    Routes::new()
        .nest(
            "/api/v1/storefront",
            Routes::new()
                .route("/shop", get(shop::show_shop))
                .route("/categories", get(categories::list_categories))
                .route("/products", get(products::list_products))
                .route("/products/{product}", get(products::show_product))
                .route("/media/{media_id}", get(media::show_media))
                .route("/carts", post(carts::create_cart))
                .route("/carts/{cart_id}", get(carts::show_cart))
                .route("/carts/{cart_id}/items", post(cart_items::add_cart_item))
                .route(
                    "/carts/{cart_id}/items/{item_id}",
                    patch(cart_items::update_cart_item).delete(cart_items::remove_cart_item),
                )
                .route("/checkout", post(checkout::place_order))
                .route("/orders/{order_id}", get(orders::show_order))
                .route("/me", get(me::show_profile).patch(me::update_profile))
                .route("/me/addresses", get(addresses::list_addresses).post(addresses::add_address))
                .route("/me/addresses/{address_id}", patch(addresses::update_address).delete(addresses::remove_address))
                .route("/me/orders", get(my_orders::list_my_orders))
                .route("/me/orders/{order_id}", get(my_orders::show_my_order)),
        )
        .route("/internal/jobs/storefront/release-reservations", post(jobs::release_reservations))
        .route("/internal/jobs/storefront/purge", post(jobs::purge))
}

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    commerce_http::serve(routes, request).await
}
