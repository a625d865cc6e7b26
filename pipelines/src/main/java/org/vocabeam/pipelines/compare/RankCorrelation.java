package org.vocabeam.pipelines.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.math3.stat.correlation.SpearmansCorrelation;
import org.vocabeam.models.evaluate.Signal;
import org.vocabeam.transforms.evaluation.ComparisonRecord;

/**
 * Spearman's rank correlation of what a run shows without a probe with its linear probe, over the
 * runs of a comparison.
 *
 * @param measure measure that stands for the probe
 * @param correlation from -1 to 1
 * @param runs number of runs
 * @param methods number of their methods
 */
record RankCorrelation(String measure, double correlation, int runs, int methods) {
  private static final String PROBE = "linear";

  /** Least number of methods: fewer have ranks of many kinds by chance. */
  private static final int LEAST_METHODS = 5;

  /** Run of a method. */
  private record Run(String method, long seed) {}

  /** Returns the correlations of the measures that runs of enough methods have. */
  static List<RankCorrelation> of(List<ComparisonRecord> results) {
    return Stream.of(Signal.RANKME, Signal.NEIGHBOURS)
        .flatMap(measure -> of(measure, results).stream())
        .toList();
  }

  private static Optional<RankCorrelation> of(String measure, List<ComparisonRecord> results) {
    Map<Run, Double> probes = values(PROBE, results);
    Map<Run, Double> measured = values(measure, results);
    List<Run> runs = new ArrayList<>(probes.keySet());
    runs.retainAll(measured.keySet());
    int methods = (int) runs.stream().map(Run::method).distinct().count();
    if (methods < LEAST_METHODS) {
      return Optional.empty();
    }
    double correlation =
        new SpearmansCorrelation()
            .correlation(
                runs.stream().mapToDouble(measured::get).toArray(),
                runs.stream().mapToDouble(probes::get).toArray());
    return Double.isNaN(correlation) // all ranks of one of them are equal
        ? Optional.empty()
        : Optional.of(new RankCorrelation(measure, correlation, runs.size(), methods));
  }

  /** Returns the values of a measure of trained networks with all labels. */
  private static Map<Run, Double> values(String measure, List<ComparisonRecord> results) {
    Map<Run, Double> values = new LinkedHashMap<>();
    results.stream()
        .filter(r -> !r.method().isEmpty() && r.value() != null)
        .filter(r -> r.result().name().equals(measure))
        .forEach(r -> values.put(new Run(r.method(), r.seed()), r.value()));
    return values;
  }

  /** Returns the line of several correlations. */
  static Optional<String> line(List<RankCorrelation> correlations) {
    return correlations.isEmpty()
        ? Optional.empty()
        : Optional.of(
            correlations.stream()
                .map(RankCorrelation::text)
                .collect(
                    Collectors.joining(
                        "; ", "Spearman's rank correlation with linear 100 %: ", "")));
  }

  private String text() {
    return String.format(
        Locale.ROOT,
        "%s %.2f (n = %d runs of %d methods)",
        ComparisonTable.Column.of(measure).title(),
        correlation,
        runs,
        methods);
  }
}
