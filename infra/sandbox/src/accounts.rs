//! The merchant accounts and which key belongs to whom.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use uuid::Uuid;

use crate::config::{Account, StartError};
use crate::lock;
use crate::moyasar::Ledger;

/// An account with its own objects; no other account can reach them.
pub(crate) struct Merchant {
    pub(crate) account: Account,
    pub(crate) ledger: Arc<Mutex<Ledger>>,
}

/// Every account, by key.
#[derive(Default)]
pub(crate) struct Directory {
    merchants: RwLock<HashMap<String, Arc<Merchant>>>,
}

impl Directory {
    /// Adds an account, or changes the one of that name and keeps its objects.
    pub(crate) fn put(&self, account: Account, invoices_kept: usize) -> Result<(), StartError> {
        let refused = |problem| StartError::Account { name: account.name.clone(), problem };
        if account.name.is_empty() || account.api_key.is_empty() {
            return Err(refused("name and api_key must not be empty"));
        }
        let plain_http = url::Url::parse(&account.webhook_url).is_ok_and(|url| url.scheme() == "http");
        if !plain_http {
            return Err(refused("webhook_url must be an absolute http URL"));
        }
        let mut merchants = self.merchants.write().unwrap_or_else(PoisonError::into_inner);
        if merchants.get(&account.api_key).is_some_and(|other| other.account.name != account.name) {
            return Err(refused("api_key belongs to another account"));
        }
        let known = merchants.values().find(|merchant| merchant.account.name == account.name).cloned();
        let ledger = match known {
            Some(known) => {
                merchants.remove(&known.account.api_key);
                Arc::clone(&known.ledger)
            }
            None => Arc::new(Mutex::new(Ledger::new(invoices_kept))),
        };
        merchants.insert(account.api_key.clone(), Arc::new(Merchant { account, ledger }));
        Ok(())
    }

    /// The account with this API key.
    pub(crate) fn by_key(&self, key: &str) -> Option<Arc<Merchant>> {
        self.merchants.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// All accounts, by name.
    pub(crate) fn all(&self) -> Vec<Arc<Merchant>> {
        let mut all: Vec<_> = self.merchants.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        all.sort_by(|a, b| a.account.name.cmp(&b.account.name));
        all
    }

    /// The account that owns an invoice: the checkout page has no key to tell it.
    pub(crate) fn owner_of_invoice(&self, id: Uuid) -> Option<Arc<Merchant>> {
        self.all().into_iter().find(|merchant| lock(&merchant.ledger).invoice(id).is_some())
    }

    /// The account that owns a payment.
    pub(crate) fn owner_of_payment(&self, id: Uuid) -> Option<Arc<Merchant>> {
        self.all().into_iter().find(|merchant| lock(&merchant.ledger).payment(id).is_some())
    }
}
