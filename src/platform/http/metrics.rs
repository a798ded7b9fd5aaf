//! Prometheus metrics, on an address of their own so that they are never public by accident.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::connections;
use crate::db::Db;

pub fn request(status: StatusCode, took: Duration) {
    let class = match status.as_u16() {
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    };
    metrics::counter!("lyceum_requests_total", "status" => class).increment(1);
    metrics::histogram!("lyceum_request_seconds", "status" => class).record(took.as_secs_f64());
}

/// Installs the metrics recorder. Without it, nothing is recorded.
pub fn install() -> Result<PrometheusHandle, String> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(
            Matcher::Full("lyceum_request_seconds".to_owned()),
            &[
                0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
            ],
        )
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| format!("Metrics can't be recorded: {error}"))
}

pub async fn serve(addr: SocketAddr, handle: PrometheusHandle, db: Db) -> Result<(), String> {
    let listener = tokio::net::TcpListener::bind(addr)
        .await
        .map_err(|error| format!("The metrics address {addr} can't be used: {error}"))?;
    let render = move || {
        let (busy, idle) = db.pool_status();
        metrics::gauge!("lyceum_database_connections", "state" => "busy").set(busy as f64);
        metrics::gauge!("lyceum_database_connections", "state" => "idle").set(idle as f64);
        metrics::counter!("lyceum_database_statements_total").absolute(db.statements());
        let text = handle.render();
        async move { text }
    };
    let app = Router::new().route("/metrics", get(render));
    let limits = connections::TimeLimits::default();
    tokio::spawn(connections::serve(
        listener,
        app,
        limits,
        std::future::pending(),
    ));
    Ok(())
}
