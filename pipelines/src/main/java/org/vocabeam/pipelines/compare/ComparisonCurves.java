package org.vocabeam.pipelines.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.vocabeam.models.evaluate.Signal;
import org.vocabeam.pipelines.compare.ComparisonPlan.Network;
import org.vocabeam.pipelines.inputs.RunDirectory;
import org.vocabeam.transforms.store.StoreReader;
import org.vocabeam.transforms.training.StepMetric;

/** Curves of the runs of a comparison, also of runs that stopped. */
record ComparisonCurves(Comparison comparison, ComparisonPlan plan) {
  private static final Set<String> METRICS =
      Set.of("loss", "embedding_std", Signal.NEIGHBOURS, Signal.RANKME);

  /** Largest number of points of a curve. */
  private static final int POINTS = 300;

  /** Returns the curves of every network of every method. */
  List<Curves> read() {
    List<Curves> curves = new ArrayList<>();
    for (ComparisonPlan.Method method : plan.methods()) {
      int generation = 0;
      double minutes = 0;
      for (Network network : method.networks()) {
        for (int i = 0; i < network.count(); i++, generation++) {
          curves.add(curves(method, network, generation, minutes));
          minutes += comparison.rounds() * network.stepsPerRound() * network.secondsPerStep() / 60;
        }
      }
    }
    return curves;
  }

  private Curves curves(
      ComparisonPlan.Method method, Network network, int generation, double minutesBefore) {
    boolean several = method.networks().size() > 1;
    Map<Long, Map<String, Curve>> seeds = new TreeMap<>();
    for (long seed : comparison.seeds()) {
      RunDirectory run = new RunDirectory(comparison.run(method.name(), seed));
      Map<String, Curve> read =
          curves(several ? new RunDirectory(run.run(generation)) : run, network);
      if (!read.isEmpty()) {
        seeds.put(seed, read);
      }
    }
    String title =
        !several
            ? method.name()
            : generation == 0
                ? method.name() + ", first teacher: " + network.method()
                : method.name() + ", generation " + generation;
    return new Curves(title, minutesBefore, network.secondsPerStep() / 60, seeds);
  }

  private Map<String, Curve> curves(RunDirectory run, Network network) {
    Map<String, NavigableMap<Long, Float>> values = new TreeMap<>();
    for (int round = 1; round <= comparison.rounds(); round++) {
      String steps = run.steps(round * network.stepsPerRound());
      if (StoreReader.isComplete(steps)) {
        StoreReader.open(StepMetric.TYPE, steps).rows().stream()
            .filter(row -> METRICS.contains(row.metric()))
            .forEach(
                row ->
                    values
                        .computeIfAbsent(row.metric(), metric -> new TreeMap<>())
                        .put(row.step(), row.value()));
      }
    }
    Map<String, Curve> curves = new TreeMap<>();
    values.forEach((metric, steps) -> curves.put(metric, Curve.of(steps, POINTS)));
    return curves;
  }
}
