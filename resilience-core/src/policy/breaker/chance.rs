use super::BreakerPolicy;

impl BreakerPolicy {
    /// About how many seconds pass until chance alone opens the circuit by failures in a row, where of `rate` calls a second the
    /// share `failing` fails, each independently of the others. `None` where there is no such rule.
    ///
    /// A run of n failures begins at each call with the probability (1 - q) * q^n (Feller, *An Introduction to Probability Theory
    /// and Its Applications*, volume 1, XIII.7), and has to go on for as many calls as come within `failure_span`.
    pub(crate) fn opens_by_chance_every(&self, rate: f64, failing: f64) -> Option<f64> {
        if !self.enabled() || self.failure_threshold() == 0 || self.is_cumulative() {
            return None;
        }
        let threshold = f64::from(self.failure_threshold());
        let spanned = if self.has_span() {
            (rate * self.failure_span().as_secs_f64()).ceil()
        } else {
            0.0
        };
        // By logarithms: hundreds of failures in a row are less likely than a float can say.
        let per_second = (rate * (1.0 - failing)).log10() + threshold.max(spanned) * failing.log10();
        Some(10_f64.powf(-per_second))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{BreakerOptions, FailureCount};
    use std::time::Duration;

    const CLASSIC: BreakerOptions = BreakerPolicy::builder()
        .failure_threshold(5)
        .failure_span(Duration::ZERO);

    #[test]
    fn chance_opens_a_busy_circuit_within_minutes_unless_failures_must_span_a_time() {
        let within =
            |layer: BreakerOptions, rate, failing| layer.build().unwrap().opens_by_chance_every(rate, failing).unwrap();
        let day = 24.0 * 60.0 * 60.0;
        // 1 / (1,000 * 0.9 * 0.1^5), and every 3 s at 36,000 a second.
        assert!((within(CLASSIC, 1_000.0, 0.1) - 111.1).abs() < 0.1);
        assert!((within(CLASSIC, 36_000.0, 0.1) - 3.086).abs() < 0.001);
        // 1 / (10 * 0.7 * 0.3^8): ten calls a second are five within half a second, fewer than the threshold.
        assert!((within(BreakerOptions::new(), 10.0, 0.3) - 2_177.0).abs() < 1.0);
        assert!(within(BreakerOptions::new(), 100.0, 0.3) > 1e16 * day);
        assert!(within(BreakerOptions::new(), 1_000.0, 0.1).is_infinite());
        // A threshold of one ignores the span.
        assert!((within(BreakerOptions::new().failure_threshold(1), 1_000.0, 0.01) - 0.101).abs() < 0.001);
    }

    #[test]
    fn chance_puts_no_failures_in_a_row_where_no_rule_asks_for_them() {
        let table = [
            BreakerOptions::new().enabled(false),
            BreakerOptions::new().failure_threshold(0).failure_rate(0.5),
            BreakerOptions::new().failure_count(FailureCount::Cumulative),
        ];
        for layer in table {
            assert_eq!(layer.build().unwrap().opens_by_chance_every(1_000.0, 0.1), None);
        }
    }
}
