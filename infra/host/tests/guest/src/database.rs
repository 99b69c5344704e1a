//! PostgreSQL.

use serde_json::{Value, json};
use spin_sdk::pg::{Connection, Error, ParameterValue};

/// Runs `sql` for its rows; `arguments` may hold `text`, `integer` and `json`, which become parameters in this order.
pub async fn query(url: &str, sql: &str, arguments: &Value) -> Value {
    let run = async {
        let connection = Connection::open(url).await?;
        let result = connection.query(sql, parameters(arguments)).await?;
        let columns: Vec<_> = result.columns().iter().map(|c| format!("{}: {:?}", c.name, c.data_type)).collect();
        let (_, mut stream, ended) = result.into_inner();
        let mut rows = Vec::new();
        while let Some(row) = stream.next().await {
            rows.push(row.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>());
        }
        ended.await?;
        Ok::<_, Error>(json!({ "columns": columns, "rows": rows }))
    };
    run.await.unwrap_or_else(|error| refusal(&error))
}

/// Runs `sql` for its count.
pub async fn execute(url: &str, sql: &str) -> Value {
    let run = async { Ok::<_, Error>(json!({ "count": Connection::open(url).await?.execute(sql, []).await? })) };
    run.await.unwrap_or_else(|error| refusal(&error))
}

fn refusal(error: &Error) -> Value {
    json!({ "error": format!("{error:?}") })
}

fn parameters(arguments: &Value) -> Vec<ParameterValue> {
    let text = arguments.get("text").and_then(Value::as_str).map(|text| ParameterValue::Str(text.into()));
    let integer = arguments.get("integer").and_then(Value::as_i64).map(ParameterValue::Int64);
    let json = arguments.get("json").map(|json| ParameterValue::Jsonb(json.to_string().into_bytes()));
    [text, integer, json].into_iter().flatten().collect()
}
