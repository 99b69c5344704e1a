use super::sqlite::SqliteStore;
use super::*;

async fn behaves_as_a_store(store: &dyn Store) {
    assert_eq!(store.get("a").await.unwrap(), None);
    assert!(!store.exists("a").await.unwrap());
    store.set("a".into(), b"1".to_vec()).await.unwrap();
    store.set("b".into(), Vec::new()).await.unwrap();
    store.set("a".into(), b"2".to_vec()).await.unwrap();
    assert_eq!(store.get("a").await.unwrap(), Some(b"2".to_vec()));
    assert_eq!(store.get("b").await.unwrap(), Some(Vec::new()));
    assert!(store.exists("b").await.unwrap());
    let mut keys = store.keys().await.unwrap();
    keys.sort();
    assert_eq!(keys, ["a", "b"]);
    store.delete("a".into()).await.unwrap();
    store.delete("a".into()).await.unwrap();
    assert_eq!(store.get("a").await.unwrap(), None);
    assert_eq!(store.keys().await.unwrap(), ["b"]);
}

#[tokio::test]
async fn memory() {
    behaves_as_a_store(&memory::MemoryStore::default()).await;
}

#[tokio::test]
async fn sqlite_and_what_it_holds_survives_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/store.db");
    behaves_as_a_store(&SqliteStore::open(&path).unwrap()).await;
    let reopened = SqliteStore::open(&path).unwrap();
    assert_eq!(reopened.get("b").await.unwrap(), Some(Vec::new()));
    assert_eq!(reopened.get("a").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_writes_are_all_kept_and_grouped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    let store = Arc::new(SqliteStore::open(&path).unwrap());
    let writes = (0..2000).map(|index| {
        let store = store.clone();
        tokio::spawn(async move { store.set(format!("key{index}"), vec![1; 100]).await })
    });
    for write in futures::future::join_all(writes).await {
        write.unwrap().unwrap();
    }
    drop(store);
    assert_eq!(SqliteStore::open(&path).unwrap().keys().await.unwrap().len(), 2000);
}

#[tokio::test]
async fn a_label_without_a_store_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let labels = ["sessions".to_owned()];
    let refused = open_stores(labels.iter(), &Config::default(), None, folder.path()).await;
    assert!(refused.err().unwrap().to_string().contains("[key_value_store.sessions]"));
    assert!(open_stores(labels.iter(), &Config::default(), Some(KeyValueBackend::Memory), folder.path()).await.is_ok());
}
