//! By URL.

mod budgets;
mod kill_points;
mod outage;
mod purchase;
mod storefront;
mod system;
mod webhooks;
