//! Forms that another site's page posts: how some sign-in providers bring their answer.

use axum::extract::{FromRequest, Request};
use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::{Problem, json, query};

/// The fields of a form. Refuses other media types (415), bodies above 64 KiB (413), broken encoding and doubled fields (400).
#[derive(Clone, Copy, Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        json::check_media_type(request.headers(), "application/x-www-form-urlencoded")?;
        let body = json::read(request.into_body()).await?;
        let text = std::str::from_utf8(&body).map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "malformed_query"))?;
        query::read(text).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use futures::executor::block_on;
    use http::header::CONTENT_TYPE;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Answer {
        state: Option<String>,
        code: Option<String>,
    }

    fn post(content_type: &str, body: &'static str) -> Result<Answer, Problem> {
        let request = http::Request::post("/").header(CONTENT_TYPE, content_type).body(Body::from(body)).unwrap();
        block_on(Form::from_request(request, &())).map(|Form(answer)| answer)
    }

    #[test]
    fn the_fields_of_a_form_are_decoded() {
        let answer = post("application/x-www-form-urlencoded", "code=a%2Bb+c&user=%7B%7D").unwrap();
        assert_eq!((answer.code.as_deref(), answer.state), (Some("a+b c"), None));
    }

    #[test]
    fn what_is_no_form_is_refused() {
        assert_eq!(post("application/json", "{}").unwrap_err().status(), 415);
        for body in ["code=%", "code=a&code=b", "code=%ff"] {
            assert_eq!(post("application/x-www-form-urlencoded", body).unwrap_err().status(), 400, "{body}");
        }
    }
}
