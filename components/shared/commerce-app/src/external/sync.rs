//! Webhooks by which an issuer tells of its people, in Clerk's form, signed after the Standard Webhooks specification (Svix).

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat};
use commerce_db::CallContext;
use commerce_db::auth::{self, ExternalSyncInput, NewLink, NewPerson, SyncOutcome};
use commerce_domain::AccountKind;
use commerce_identity::external::ExternalPerson;
use serde::Deserialize;
use uuid::Uuid;

use super::arrive::believes;
use super::state::find;
use super::{ExternalError, credentials};
use crate::random;

/// A webhook as it came.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// Whose accounts.
    pub kind: AccountKind,
    /// The provider's name.
    pub provider: &'a str,
    /// `svix-id` or `webhook-id`.
    pub id: &'a str,
    /// `svix-timestamp` or `webhook-timestamp`.
    pub timestamp: &'a str,
    /// `svix-signature` or `webhook-signature`.
    pub signature: &'a str,
    /// The bytes that were signed.
    pub body: &'a [u8],
    /// Seconds since 1970.
    pub now: i64,
}

/// What a webhook tells. Other members are passed over.
#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    /// Milliseconds since 1970.
    timestamp: i64,
    data: serde_json::Value,
}

/// Clerk's `User` object, as far as it is taken over.
#[derive(Deserialize)]
struct User {
    id: String,
    #[serde(default)]
    primary_email_address_id: Option<String>,
    #[serde(default)]
    email_addresses: Vec<EmailAddress>,
    #[serde(default)]
    first_name: Option<String>,
    #[serde(default)]
    last_name: Option<String>,
    #[serde(default)]
    banned: bool,
}

#[derive(Deserialize)]
struct EmailAddress {
    id: String,
    email_address: String,
    verification: Option<Verification>,
}

#[derive(Deserialize)]
struct Verification {
    status: String,
}

/// An event about a user.
struct Told {
    person: ExternalPerson,
    at: String,
    gone: bool,
    barred: bool,
}

/// Takes over what a webhook tells: two statements, the first of which says how its signature is proved. Which sessions ended comes back, for
/// the blacklist; `None` for an event that is not about a user.
///
/// # Errors
/// [`ExternalError::Signature`], [`ExternalError::Event`]; 404 `provider_not_found` from the database.
pub async fn take_delivery(
    context: &CallContext,
    delivery: Delivery<'_>,
) -> Result<(Option<(SyncOutcome, Vec<Uuid>)>, Option<Bytes>), ExternalError> {
    let Delivery { kind, provider: name, id, timestamp, signature, body, now } = delivery;
    let (provider, tenant, view) = find(context, kind, name, None).await?;
    if provider.webhook_ref.is_none() {
        return Err(ExternalError::OtherFlow);
    }
    let secret = credentials::webhook_secret(provider.webhook_ref.as_deref()).await?;
    secret.verify(id, timestamp, signature, body, now).map_err(|_| ExternalError::Signature)?;
    let Some(Told { person, at, gone, barred }) = read(body)? else { return Ok((None, view)) };
    let proved = believes(provider.proves_email, &person);
    let input = ExternalSyncInput {
        kind,
        provider: name.to_owned(),
        link: NewLink { id: random::id(), subject: person.subject, email: person.email.clone() },
        email: person.email.filter(|_| proved),
        person: NewPerson {
            id: random::id(),
            given_name: person.given_name,
            family_name: person.family_name,
            locale: None,
        },
        told_at: at,
        gone,
        barred,
    };
    let context = context.clone().for_tenant(tenant);
    let synced = auth::EXTERNAL_SYNC.call(&context, &input).await?.value;
    Ok((Some((synced.outcome, synced.ended)), view))
}

fn read(body: &[u8]) -> Result<Option<Told>, ExternalError> {
    let event: Event = serde_json::from_slice(body).map_err(|_| ExternalError::Event)?;
    let gone = match event.kind.as_str() {
        "user.created" | "user.updated" => false,
        "user.deleted" => true,
        _ => return Ok(None),
    };
    let user: User = serde_json::from_value(event.data).map_err(|_| ExternalError::Event)?;
    let at = DateTime::from_timestamp_millis(event.timestamp).ok_or(ExternalError::Event)?;
    let primary = user.primary_email_address_id.as_ref();
    let email = primary.and_then(|primary| user.email_addresses.iter().find(|email| email.id == *primary));
    let verified = email
        .and_then(|email| email.verification.as_ref())
        .is_some_and(|verification| verification.status == "verified");
    let names = [user.first_name.as_deref(), user.last_name.as_deref()];
    let address = email.map(|email| email.email_address.as_str());
    let person = ExternalPerson::new(&user.id, address, verified, names).ok_or(ExternalError::Event)?;
    let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    Ok(Some(Told { person, at, gone, barred: user.banned }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// The form of Clerk's documentation, "Sync Clerk data to your app with webhooks".
    fn event(kind: &str, changes: &Value) -> Vec<u8> {
        let mut data = json!({
            "id": "user_29w83sxmDNGwOuEthce5gg56FcC", "object": "user", "first_name": "Sara", "last_name": null,
            "email_addresses": [
                {"id": "idn_1", "email_address": "old@example.com", "verification": {"status": "verified"}},
                {"id": "idn_2", "email_address": "Sara@Example.com", "verification": {"status": "verified", "strategy": "ticket"}},
            ],
            "primary_email_address_id": "idn_2", "updated_at": 1_654_012_591_835_i64,
        });
        data.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        json!({"data": data, "object": "event", "timestamp": 1_654_012_591_835_i64, "type": kind})
            .to_string()
            .into_bytes()
    }

    #[test]
    fn the_primary_address_counts_and_its_verification() {
        let told = read(&event("user.created", &json!({}))).unwrap().unwrap();
        assert_eq!((told.person.email.as_deref(), told.person.email_verified), (Some("sara@example.com"), true));
        assert_eq!((told.person.given_name.as_str(), told.person.family_name.as_str()), ("Sara", ""));
        assert_eq!((told.at.as_str(), told.gone, told.barred), ("2022-05-31T15:56:31.835Z", false, false));
        let unverified = json!([{"id": "idn_2", "email_address": "s@example.com", "verification": null}]);
        let told =
            read(&event("user.updated", &json!({"email_addresses": unverified, "banned": true}))).unwrap().unwrap();
        assert!(!told.person.email_verified && told.barred);
        let told = read(&event("user.updated", &json!({"primary_email_address_id": null}))).unwrap().unwrap();
        assert_eq!(told.person.email, None);
    }

    #[test]
    fn a_deleted_user_is_gone_and_other_events_are_nothing() {
        let deleted = json!({"data": {"id": "user_1", "object": "user", "deleted": true}, "timestamp": 1, "type": "user.deleted"});
        assert!(read(deleted.to_string().as_bytes()).unwrap().unwrap().gone);
        let other = json!({"data": {}, "timestamp": 1, "type": "session.created"});
        assert!(read(other.to_string().as_bytes()).unwrap().is_none());
        for body in ["", "[]", "{}", r#"{"type":"user.created","timestamp":1,"data":{}}"#] {
            assert!(matches!(read(body.as_bytes()), Err(ExternalError::Event)), "{body}");
        }
    }
}
