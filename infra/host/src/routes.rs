//! Which component answers a path, as Spin's `crates/routes` decides it: exact segments before `:named` ones before trailing wildcards
//! (`/...` or `/*`), the longest prefix first; of two triggers with the same pattern the later one wins.

use std::borrow::Cow;

use anyhow::anyhow;

/// Paths under this prefix belong to the host.
pub const WELL_KNOWN_PREFIX: &str = "/.well-known/spin/";

/// The routes of an application.
pub struct Router<T> {
    routes: routefinder::Router<Entry<T>>,
}

struct Entry<T> {
    target: T,
}

/// A route that matches a path.
pub struct RouteMatch<'router, 'path, T> {
    entry: &'router Entry<T>,
    captures: routefinder::Captures<'router, 'path>,
    path: &'path str,
}

impl<T> Router<T> {
    /// Builds the router from patterns as the manifest writes them.
    ///
    /// # Errors
    /// When a pattern cannot be parsed, or lies under the host's own prefix and so would never be reached.
    pub fn new(routes: impl IntoIterator<Item = (String, T)>) -> anyhow::Result<Self> {
        let mut latest: Vec<(String, T)> = Vec::new();
        for (pattern, target) in routes {
            latest.retain(|(earlier, _)| *earlier != pattern);
            latest.push((pattern, target));
        }
        let mut router = routefinder::Router::new();
        for (pattern, target) in latest {
            let based = absolute(&pattern);
            if based.starts_with(WELL_KNOWN_PREFIX) {
                return Err(anyhow!("route {pattern:?}: paths under {WELL_KNOWN_PREFIX} are the host's"));
            }
            let spec = match based.strip_suffix("/...") {
                Some(prefix) => format!("{prefix}/*"),
                None => based.clone().into_owned(),
            };
            let entry = Entry { target };
            router.add(spec.as_str(), entry).map_err(|error| anyhow!("route {pattern:?}: {error}"))?;
        }
        Ok(Self { routes: router })
    }

    /// The best match for `path`, which holds no query string.
    pub fn find<'router, 'path>(&'router self, path: &'path str) -> Option<RouteMatch<'router, 'path, T>> {
        let best = self.routes.best_match(path)?;
        let entry = best.handler();
        Some(RouteMatch { entry, captures: best.captures(), path })
    }
}

impl<T> RouteMatch<'_, '_, T> {
    /// What the route leads to.
    pub fn target(&self) -> &T {
        &self.entry.target
    }

    /// What `:name` segments matched.
    pub fn named(&self) -> impl Iterator<Item = (&str, &str)> {
        self.captures.iter()
    }

    /// What the trailing wildcard matched, with a leading slash, and a trailing one when the path has it (which `routefinder` drops and
    /// Spin keeps).
    pub fn trailing_wildcard(&self) -> Cow<'_, str> {
        match self.captures.wildcard() {
            None => Cow::Borrowed(""),
            Some(rest) => match (rest.is_empty(), self.path.ends_with('/')) {
                (true, false) => Cow::Borrowed(""),
                (true, true) => Cow::Borrowed("/"),
                (false, false) => Cow::Owned(format!("/{rest}")),
                (false, true) => Cow::Owned(format!("/{rest}/")),
            },
        }
    }
}

/// Spin treats a trailing slash in a pattern as absent, and a missing leading one as present.
fn absolute(pattern: &str) -> Cow<'_, str> {
    let pattern = pattern.strip_suffix('/').unwrap_or(pattern);
    if pattern.is_empty() || pattern.starts_with('/') {
        Cow::Borrowed(pattern)
    } else {
        Cow::Owned(format!("/{pattern}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(patterns: &[&str]) -> Router<usize> {
        Router::new(patterns.iter().enumerate().map(|(index, pattern)| ((*pattern).to_owned(), index))).unwrap()
    }

    fn winner<'a>(patterns: &[&'a str], path: &str) -> Option<&'a str> {
        router(patterns).find(path).map(|found| patterns[*found.target()])
    }

    #[test]
    fn exact_beats_named_beats_wildcard() {
        let patterns = ["/...", "/shop/:id", "/shop/new", "/shop/..."];
        assert_eq!(winner(&patterns, "/shop/new"), Some("/shop/new"));
        assert_eq!(winner(&patterns, "/shop/7"), Some("/shop/:id"));
        assert_eq!(winner(&patterns, "/shop/7/edit"), Some("/shop/..."));
        assert_eq!(winner(&patterns, "/shop"), Some("/shop/..."));
        assert_eq!(winner(&patterns, "/else"), Some("/..."));
        assert_eq!(winner(&patterns, "/"), Some("/..."));
    }

    #[test]
    fn the_longest_prefix_wins_in_any_order() {
        for patterns in
            [["/one/...", "/one/two/...", "/one/two/three/..."], ["/one/two/three/...", "/one/two/...", "/one/..."]]
        {
            assert_eq!(winner(&patterns, "/one/two/three/four"), Some("/one/two/three/..."));
            assert_eq!(winner(&patterns, "/one/two/four"), Some("/one/two/..."));
        }
    }

    #[test]
    fn without_a_match_there_is_none() {
        assert_eq!(winner(&["/shop", "/shop/:id"], "/shop/7/edit"), None);
        assert_eq!(winner(&["/shop"], "/"), None);
        assert_eq!(winner(&["/"], "/"), Some("/"));
    }

    #[test]
    fn slashes_at_the_ends_do_not_matter() {
        assert_eq!(winner(&["/shop/"], "/shop"), Some("/shop/"));
        assert_eq!(winner(&["shop"], "/shop"), Some("shop"));
        assert_eq!(winner(&["/shop"], "/shop/"), Some("/shop"));
    }

    #[test]
    fn of_equal_patterns_the_later_wins() {
        let router = router(&["/shop", "/shop"]);
        assert_eq!(router.find("/shop").map(|found| *found.target()), Some(1));
    }

    #[test]
    fn trailing_wildcards_keep_their_slashes() {
        let router = router(&["/test/..."]);
        for (path, rest) in
            [("/test", ""), ("/test/", "/"), ("/test/a", "/a"), ("/test/a/", "/a/"), ("/test/a/b", "/a/b")]
        {
            assert_eq!(router.find(path).unwrap().trailing_wildcard(), rest, "{path}");
        }
    }

    #[test]
    fn a_star_is_a_trailing_wildcard() {
        let router = router(&["/files/*"]);
        assert_eq!(router.find("/files/a/b").unwrap().trailing_wildcard(), "/a/b");
    }

    #[test]
    fn named_segments_are_captured() {
        let router = router(&["/1/:two/3", "/x/:y/..."]);
        assert_eq!(router.find("/1/2/3").unwrap().named().collect::<Vec<_>>(), [("two", "2")]);
        assert_eq!(router.find("/x/2/3").unwrap().named().collect::<Vec<_>>(), [("y", "2")]);
    }

    #[test]
    fn the_hosts_own_prefix_is_refused() {
        assert!(Router::new([("/.well-known/spin/...".to_owned(), 0)]).is_err());
        assert!(Router::new([("/.well-known/spindle".to_owned(), 0)]).is_ok());
    }
}
