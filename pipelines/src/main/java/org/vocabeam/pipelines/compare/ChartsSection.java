package org.vocabeam.pipelines.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.vocabeam.models.evaluate.Signal;

/**
 * The curves of the page, as its template reads them.
 *
 * @param seeds key of the colours
 * @param cards one for each network
 * @param data JSON that the script draws
 */
record ChartsSection(List<Seed> seeds, List<Card> cards, String data) {
  private static final String LOSS = "loss";
  private static final String STD = "embedding_std";

  /** Metrics whose values mean the same for all methods. */
  private static final List<String> SHARED_SCALE = List.of(STD, Signal.NEIGHBOURS, Signal.RANKME);

  /** Colours of the style sheet. */
  private static final int COLOURS = 5;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A seed and the number of its colour. */
  record Seed(long seed, int colour) {}

  /** The charts of a network. */
  record Card(String title, List<Figure> figures) {}

  /**
   * A chart.
   *
   * @param card number of the network
   * @param metric name of the metric in {@code data}
   * @param title of the metric for a person
   * @param label for those who cannot see the chart
   * @param summary shown where no script runs
   */
  record Figure(int card, String metric, String title, String label, String summary) {}

  static ChartsSection of(List<Curves> curves) {
    List<Long> seeds =
        curves.stream().flatMap(c -> c.seeds().keySet().stream()).distinct().sorted().toList();
    return new ChartsSection(
        IntStream.range(0, seeds.size())
            .mapToObj(i -> new Seed(seeds.get(i), i % COLOURS))
            .toList(),
        IntStream.range(0, curves.size()).mapToObj(i -> card(i, curves.get(i))).toList(),
        data(curves));
  }

  private static Card card(int number, Curves curves) {
    return new Card(
        curves.title(),
        Stream.of(
                figure(number, curves, LOSS, "loss"),
                figure(number, curves, STD, "embedding std"),
                figure(number, curves, Signal.NEIGHBOURS, "neighbours"),
                figure(number, curves, Signal.RANKME, "RankMe"))
            .filter(figure -> !figure.summary().isEmpty())
            .toList());
  }

  private static Figure figure(int card, Curves curves, String metric, String title) {
    String summary =
        curves.seeds().entrySet().stream()
            .filter(seed -> seed.getValue().containsKey(metric))
            .map(seed -> summary(seed.getKey(), seed.getValue().get(metric)))
            .collect(Collectors.joining("; "));
    return new Figure(card, metric, title, curves.title() + ", " + title + ": " + summary, summary);
  }

  private static String summary(long seed, Curve curve) {
    int last = curve.values().size() - 1;
    return String.format(
        Locale.ROOT,
        "seed %d from %.3g to %.3g",
        seed,
        curve.values().get(0),
        curve.values().get(last));
  }

  private static String data(List<Curves> curves) {
    ObjectNode data = JSON.createObjectNode();
    ObjectNode largest = data.putObject("largest");
    SHARED_SCALE.forEach(metric -> largest.put(metric, 0f));
    for (Curves network : curves) {
      ObjectNode card = data.withArray("/cards").addObject();
      card.put("minutesBefore", network.minutesBefore());
      card.put("minutesPerStep", network.minutesPerStep());
      for (Map.Entry<Long, Map<String, Curve>> seed : network.seeds().entrySet()) {
        seed.getValue()
            .forEach(
                (metric, curve) -> {
                  ((ObjectNode) card.withObject("/" + metric))
                      .set(Long.toString(seed.getKey()), JSON.valueToTree(curve));
                  if (SHARED_SCALE.contains(metric)) {
                    largest.put(
                        metric,
                        Math.max(
                            largest.get(metric).floatValue(), Collections.max(curve.values())));
                  }
                });
      }
    }
    // Inside of a script element only its end must not appear.
    return data.toString().replace("<", "\\u003c");
  }
}
