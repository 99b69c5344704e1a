//! `/me/roles`: the roles that every shop has, and those that a shop makes for itself out of permissions it names.

use std::collections::{BTreeMap, BTreeSet};

use axum::response::Response;
use commerce_db::members::Authority;
use commerce_db::roles::{self, CreateInput, OwnRole, RemoveInput, RolePatch, RoleUpdated, Roles, UpdateInput};
use commerce_db::system::NoInput;
use commerce_domain::FieldErrors;
use commerce_domain::field_error::{code, given};
use commerce_domain::permission::may::{ManageRoles, ViewMembers};
use commerce_domain::permission::{Permission, ROLES, Role, own_role};
use commerce_domain::text::{BoundedText, is_key};
use commerce_http::{Authorized, IfMatch, JsonBody, NoParams, PathId, PathParam, Permitted, Problem, Query, Staff};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Most roles of a shop's own.
const MAX_ROLES: u32 = 50;

/// The key of a role in a path: a shipped one's name, or that of one of the shop's own.
pub struct RoleKey(String);

impl PathParam for RoleKey {
    const NAME: &'static str = "role";
    const PATTERN: &'static str = "^[a-z]+(_[a-z]+)*$";
    const NOT_FOUND: &'static str = "role_not_found";

    fn parse(text: &str) -> Option<Self> {
        is_key(text).then(|| Self(text.to_owned()))
    }
}

/// A new role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRole {
    key: String,
    name: String,
    #[serde(default)]
    description: String,
    base: Option<String>,
    #[serde(default)]
    permissions: Vec<String>,
}

/// What changes of a role; null as `base` takes it away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleChanges {
    name: Option<String>,
    description: Option<String>,
    #[serde(default, deserialize_with = "given")]
    base: Option<Option<String>>,
    permissions: Option<Vec<String>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Role)]
pub struct RoleView<'a> {
    key: &'a str,
    /// The shop's own roles have a name; what shipped ones are called is the client's matter.
    name: Option<&'a str>,
    description: Option<&'a str>,
    shipped: bool,
    base: Option<&'a str>,
    /// What the role adds to its base; all of a shipped one.
    own_permissions: Vec<&'a str>,
    /// All that it permits.
    permissions: Vec<&'static str>,
    members: i64,
    version: Option<i64>,
}

impl<'a> RoleView<'a> {
    fn shipped(role: Role, members: &BTreeMap<String, i64>) -> Self {
        let permissions: Vec<&'static str> = role.permissions().into_iter().map(Permission::as_str).collect();
        Self {
            key: role.as_str(),
            name: None,
            description: None,
            shipped: true,
            base: None,
            own_permissions: permissions.clone(),
            permissions,
            members: members.get(role.as_str()).copied().unwrap_or_default(),
            version: None,
        }
    }
}

impl<'a> From<&'a OwnRole> for RoleView<'a> {
    fn from(role: &'a OwnRole) -> Self {
        let all = own_role(role.facts.base.as_deref(), role.facts.permissions.iter().map(String::as_str));
        Self {
            key: &role.key,
            name: Some(&role.name),
            description: Some(&role.description),
            shipped: false,
            base: role.base.as_deref(),
            own_permissions: role.permissions.iter().map(String::as_str).collect(),
            permissions: all.into_iter().map(Permission::as_str).collect(),
            members: role.members,
            version: Some(role.version),
        }
    }
}

/// Nothing but the key of what is gone.
#[derive(Serialize, ToSchema)]
#[schema(as = RoleRemoved)]
pub struct Removed {
    key: String,
}

/// `GET /me/roles`: shipped ones first, then the shop's own.
pub async fn list_roles(caller: Authorized<ViewMembers>, _: Query<NoParams>) -> Result<Response, Problem> {
    let found = caller.call(&roles::LIST, &NoInput {}).await?;
    caller.success(StatusCode::OK, &views(&found))
}

/// `GET /me/roles/{role}`
pub async fn show_role(
    caller: Authorized<ViewMembers>,
    PathId(RoleKey(key)): PathId<RoleKey>,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    let found = caller.call(&roles::LIST, &NoInput {}).await?;
    let role = views(&found).into_iter().find(|role| role.key == key);
    let role = role.ok_or_else(|| Problem::not_found("role_not_found"))?;
    match role.version {
        Some(version) => caller.info().versioned(StatusCode::OK, &role, version),
        None => caller.success(StatusCode::OK, &role),
    }
}

/// `POST /me/roles`
pub async fn create_role(
    staff: Permitted<ManageRoles>,
    _: Query<NoParams>,
    body: JsonBody<NewRole>,
) -> Result<Response, Problem> {
    let NewRole { key, name, description, base, permissions } = body.value;
    let mut wrong = FieldErrors::default();
    let key = wrong.field("key", Some(key), new_key).unwrap_or_default();
    let name = wrong.field("name", Some(name), |name| text::<1, 60>(&name)).unwrap_or_default();
    let description = wrong.field("description", Some(description), |line| text::<0, 500>(&line)).unwrap_or_default();
    let base = wrong.field("base", base, base_key);
    let permissions = wrong.field("permissions", Some(permissions), |names| known(&names)).unwrap_or_default();
    wrong.or(()).map_err(Problem::wrong_fields)?;
    let input = CreateInput {
        id: Uuid::now_v7(),
        key,
        name,
        description,
        base,
        permissions: own(&staff, permissions)?,
        max: MAX_ROLES,
        may: Authority::of(&staff.permissions()),
    };
    let role = staff.call(&roles::CREATE, &input).await?;
    staff.info().versioned(StatusCode::CREATED, &RoleView::from(&role), role.version)
}

/// `PATCH /me/roles/{role}`: for all who have it, from their next request on.
pub async fn update_role(
    staff: Permitted<ManageRoles>,
    PathId(RoleKey(key)): PathId<RoleKey>,
    IfMatch(version): IfMatch,
    _: Query<NoParams>,
    body: JsonBody<RoleChanges>,
) -> Result<Response, Problem> {
    refuse_shipped(&key)?;
    let RoleChanges { name, description, base, permissions } = body.value;
    let mut wrong = FieldErrors::default();
    let name = wrong.field("name", name, |name| text::<1, 60>(&name));
    let description = wrong.field("description", description, |line| text::<0, 500>(&line));
    let base = wrong.clearable("base", base, base_key);
    let permissions = wrong.field("permissions", permissions, |names| known(&names));
    wrong.or(()).map_err(Problem::wrong_fields)?;
    let permissions = permissions.map(|permissions| own(&staff, permissions)).transpose()?;
    let patch = RolePatch { name, description, base, permissions };
    let input = UpdateInput { key, version, patch, may: Authority::of(&staff.permissions()) };
    let RoleUpdated { role, outdated } = staff.call(&roles::UPDATE, &input).await?;
    staff.outdate(outdated).await;
    staff.info().versioned(StatusCode::OK, &RoleView::from(&role), role.version)
}

/// `DELETE /me/roles/{role}`: a role that nobody has, and that no other one contains.
pub async fn remove_role(
    staff: Permitted<ManageRoles>,
    PathId(RoleKey(key)): PathId<RoleKey>,
    IfMatch(version): IfMatch,
    _: Query<NoParams>,
) -> Result<Response, Problem> {
    refuse_shipped(&key)?;
    let input = RemoveInput { key: key.clone(), version, may: Authority::of(&staff.permissions()) };
    staff.call(&roles::REMOVE, &input).await?;
    staff.success(StatusCode::OK, &Removed { key })
}

fn views(found: &Roles) -> Vec<RoleView<'_>> {
    let shipped = ROLES.into_iter().map(|role| RoleView::shipped(role, &found.members));
    shipped.chain(found.roles.iter().map(RoleView::from)).collect()
}

/// What every shop has stays as it is.
fn refuse_shipped(key: &str) -> Result<(), Problem> {
    if Role::parse(key).is_some() { Err(Problem::conflict("role_shipped")) } else { Ok(()) }
}

fn new_key(key: String) -> Result<String, &'static str> {
    match key {
        key if !is_key(&key) => Err(code::INVALID),
        key if Role::parse(&key).is_some() => Err("role_exists"),
        key => Ok(key),
    }
}

/// Whether there is such a role here is known to the database alone; what cannot be one is refused at once.
fn base_key(base: String) -> Result<String, &'static str> {
    if is_key(&base) { Ok(base) } else { Err(code::UNSUPPORTED) }
}

fn text<const MIN: usize, const MAX: usize>(text: &str) -> Result<String, &'static str> {
    BoundedText::<MIN, MAX>::parse(text).map(BoundedText::into_string)
}

/// Permissions by their names, each once.
fn known(names: &[String]) -> Result<Vec<Permission>, &'static str> {
    let known = names.iter().map(|name| Permission::parse(name)).collect::<Option<BTreeSet<_>>>();
    Ok(known.ok_or("unknown_permission")?.into_iter().collect())
}

/// Nobody hands on what they may not do themselves.
fn own(staff: &Staff, permissions: Vec<Permission>) -> Result<Vec<&'static str>, Problem> {
    if permissions.iter().any(|permission| !staff.may(*permission)) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "beyond_own_permissions"));
    }
    Ok(permissions.into_iter().map(Permission::as_str).collect())
}
