//! Finished idempotent answers, replayed without a trip to the database (ruling C-31). PostgreSQL has the record; this only
//! saves asking it.

use axum::response::Response;
use commerce_kv::{Dated, now_ms};
use http::StatusCode;
use sha2::{Digest, Sha256};

use crate::idempotency::hex;
use crate::{Ctx, Fingerprint, IdempotencyKey, JobAuth, Problem, answer};

/// The kind of a finished answer in the key-value store. It is replayed from there for a day; its record is kept longer.
const THING: &str = "answer";

impl Ctx {
    /// The finished answer under a key, if the key-value store has it. `Ok(None)` says nothing: ask the database.
    ///
    /// # Errors
    /// 422 `idempotency_key_reused` when the key was used for another request.
    pub async fn replay(
        &self,
        scope: &'static str,
        key: &IdempotencyKey,
        fingerprint: Fingerprint,
    ) -> Result<Option<Response>, Problem> {
        let Some(tenant) = self.tenant() else {
            return Ok(None);
        };
        let id = store_id(scope, key);
        let [likely, other] = Dated { tenant: tenant.id, thing: THING, id: &id }.readable_at(now_ms());
        let store = self.info().store();
        let Some(entry) = (match store.get(&likely).await {
            Some(entry) => Some(entry),
            None => store.get(&other).await,
        }) else {
            return Ok(None);
        };
        match decode(&entry.payload) {
            Some(known) if known.fingerprint != fingerprint.to_hex() => {
                Err(Problem::unprocessable("idempotency_key_reused"))
            }
            Some(known) => answer::stored_answer(known.status, known.body, true).map(Some),
            None => Ok(None),
        }
    }

    /// Keeps a finished answer that the database has recorded. 5xx are never kept.
    pub async fn remember(
        &self,
        scope: &'static str,
        key: &IdempotencyKey,
        fingerprint: Fingerprint,
        status: StatusCode,
        body: &str,
    ) {
        let Some(tenant) = self.tenant().filter(|_| !status.is_server_error()) else {
            return;
        };
        let payload = encode(&fingerprint.to_hex(), status.as_u16(), body);
        let id = store_id(scope, key);
        let (key, expires_at_ms) = Dated { tenant: tenant.id, thing: THING, id: &id }.written_at(now_ms());
        self.info().store().put(&key, &payload, expires_at_ms).await;
    }
}

struct Known {
    fingerprint: String,
    status: u16,
    body: String,
}

fn store_id(scope: &'static str, key: &IdempotencyKey) -> String {
    hex(&Sha256::new().chain_update(scope).chain_update([0]).chain_update(key.as_str()).finalize())
}

impl JobAuth {
    /// Deletes answers from the key-value store whose day is over, at most `most`, and tells how many there were.
    ///
    /// # Errors
    /// 503 `store_unavailable`.
    pub async fn sweep_replays(&self, most: usize) -> Result<usize, Problem> {
        commerce_kv::sweep(THING, now_ms(), most).await.map_err(|_| Problem::unavailable("store_unavailable", 60))
    }
}

/// Fingerprint and status on a line of their own, then the body.
fn encode(fingerprint: &str, status: u16, body: &str) -> Vec<u8> {
    format!("{fingerprint} {status}\n{body}").into_bytes()
}

fn decode(payload: &[u8]) -> Option<Known> {
    let (line, body) = std::str::from_utf8(payload).ok()?.split_once('\n')?;
    let (fingerprint, status) = line.split_once(' ')?;
    Some(Known { fingerprint: fingerprint.to_owned(), status: status.parse().ok()?, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_kept_byte_for_byte() {
        let body = "{\"data\":\"سطر\\n\"}\n";
        let known = decode(&encode("ab12", 201, body)).unwrap();
        assert_eq!((known.fingerprint.as_str(), known.status, known.body.as_str()), ("ab12", 201, body));
    }

    #[test]
    fn what_is_no_answer_is_a_miss() {
        for payload in [&b""[..], b"x", b"x\n", b"x y\nz", b"\xff 200\n"] {
            assert!(decode(payload).is_none());
        }
    }
}
