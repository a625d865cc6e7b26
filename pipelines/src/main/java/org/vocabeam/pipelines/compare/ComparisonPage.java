package org.vocabeam.pipelines.compare;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.html.HtmlEscapers;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.vocabeam.pipelines.compare.ComparisonTable.Cell;
import org.vocabeam.pipelines.compare.ComparisonTable.Column;
import org.vocabeam.pipelines.compare.ComparisonTable.Row;
import org.vocabeam.pipelines.compare.ComparisonTable.Training;
import org.vocabeam.pipelines.compare.Neighbourhood.Shown;
import org.vocabeam.transforms.image.Pixels;

/**
 * A comparison as one HTML file that fetches nothing.
 *
 * @param command that made it, as it was typed
 * @param about lines about what was compared: on which images, for how long
 * @param seed whose networks the pictures are of
 */
public record ComparisonPage(
    String command,
    List<String> about,
    long seed,
    ComparisonTable table,
    List<Curves> curves,
    List<Neighbourhood> neighbourhoods,
    List<WordGallery> galleries) {
  private static final String LOSS = "loss";
  private static final String STD = "embedding_std";

  /** Side of a picture of at most so many pixels. */
  private static final int PICTURE = 64;

  /** Side of a patch on the page, in its pixels. */
  private static final int PATCH = 60;

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The file's content. */
  public String html() {
    return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Vocabeam: comparison of methods</title>
        <link rel="icon" href="data:,">
        <style>%s%s</style>
        </head>
        <body>
        <main>
        <h1>Comparison of methods</h1>
        %s
        <p>Made by</p>
        <pre tabindex="0"><code>%s</code></pre>
        %s%s%s%s
        </main>
        <script>/* %s */
        %s</script>
        <script type="application/json" id="curves-data">%s</script>
        <script>%s</script>
        </body>
        </html>
        """
        .formatted(
            webjar("dist/uPlot.min.css"),
            resource("page.css"),
            about.stream()
                .map(line -> "<p>" + escaped(line) + "</p>")
                .collect(Collectors.joining("\n")),
            escaped(command),
            results(),
            charts(),
            neighbours(),
            words(),
            webjar("LICENSE").replace("*/", "* /"),
            webjar("dist/uPlot.iife.min.js"),
            data(),
            resource("page.js"));
  }

  private static String escaped(String text) {
    return HtmlEscapers.htmlEscaper().escape(text);
  }

  private static String resource(String name) {
    return read(Resources.getResource(ComparisonPage.class, name));
  }

  private static String webjar(String file) {
    Properties versions = new Properties();
    try (var in = Resources.getResource(ComparisonPage.class, "webjars.properties").openStream()) {
      versions.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return read(
        Resources.getResource(
            "META-INF/resources/webjars/uplot/" + versions.getProperty("uplot") + "/" + file));
  }

  private static String read(URL resource) {
    try {
      return Resources.toString(resource, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String results() {
    StringBuilder html = new StringBuilder();
    html.append(
        """
        <h2 id="table">Results</h2>
        <p>Accuracies on the test images in percent; the mean over seeds, below it the least and the most where they
        differ. <b>Bold</b> is the best method of a column; <span aria-hidden="true">&#9662;</span> marks what is
        below the same network with random weights. Normalised, these have batch norm statistics of the images, which is
        where training starts. Embedding std is near 0 when all embeddings are one.
        Steps, images a second and minutes are those of the plan, at the speed measured before training.</p>
        <div class="scroll" tabindex="0" role="region" aria-labelledby="table">
        <table id="results">
        <thead><tr><th scope="col"><button>features</button></th>""");
    for (Column column : table.columns()) {
      html.append(head(column.title()));
    }
    for (String title : List.of("steps", "images/s", "minutes")) {
      html.append(head(title));
    }
    html.append("</tr></thead>\n<tbody>\n");
    table.rows().stream().filter(Row::method).forEach(row -> row(row, html));
    html.append("</tbody>\n<tbody class=\"beside\">\n");
    table.rows().stream().filter(row -> !row.method()).forEach(row -> row(row, html));
    html.append("</tbody>\n</table>\n</div>\n");
    table.rows().stream()
        .filter(row -> !row.cells().isEmpty())
        .forEach(
            row ->
                row.notes()
                    .forEach(
                        note ->
                            html.append("<p>")
                                .append(escaped(row.title() + ": " + note))
                                .append("</p>\n")));
    return html.toString();
  }

  private static String head(String title) {
    return "<th scope=\"col\"><button>" + escaped(title) + "</button></th>";
  }

  private void row(Row row, StringBuilder html) {
    html.append("<tr data-row=\"").append(escaped(row.key())).append("\">");
    html.append("<th scope=\"row\">").append(escaped(row.title())).append("</th>");
    if (row.cells().isEmpty() && !row.notes().isEmpty()) {
      html.append("<td class=\"note\" colspan=\"").append(table.columns().size() + 3).append("\">");
      html.append(escaped(String.join("; ", row.notes()))).append("</td></tr>\n");
      return;
    }
    table.columns().forEach(column -> html.append(cell(row, column)));
    Training training = row.training();
    if (training == null) {
      html.append("<td></td><td></td><td></td>");
    } else {
      number(html, (double) training.steps(), "%,.0f");
      number(html, training.imagesPerSecond(), "%,.0f");
      number(html, training.minutes(), "%.1f");
    }
    html.append("</tr>\n");
  }

  private static void number(StringBuilder html, double value, String format) {
    html.append("<td data-value=\"").append(value).append("\">");
    html.append(String.format(Locale.ROOT, format, value)).append("</td>");
  }

  private String cell(Row row, Column column) {
    Cell cell = row.cells().get(column.key());
    if (cell == null) {
      return "<td>&ndash;</td>";
    }
    Double best = table.best(column);
    Cell random = table.random().cells().get(column.key());
    boolean below =
        row.method() && column.percent() && random != null && cell.mean() < random.mean();
    boolean isBest = row.method() && best != null && cell.mean() == best && column.percent();
    String range =
        cell.hasRange(column)
            ? String.format(
                "<span class=\"range\">%s to %s</span>",
                column.text(cell.least()), column.text(cell.most()))
            : "";
    return String.format(
        "<td class=\"%s\" data-metric=\"%s\" data-value=\"%s\"><span"
            + " class=\"mean\">%s%s</span>%s</td>",
        (isBest ? "best " : "") + (below ? "below" : ""),
        escaped(column.key()),
        cell.mean(),
        below ? "<span role=\"img\" aria-label=\"below random weights:\">&#9662;</span>&nbsp;" : "",
        column.text(cell.mean()),
        range);
  }

  private String charts() {
    StringBuilder html = new StringBuilder();
    html.append(
        """
        <h2>Curves</h2>
        <p>The loss and the embedding std of the training batches by step. Losses of different methods have different
        units, so only their shape can be compared; all embedding stds have one scale.</p>
        <p class="key">Seed""");
    List<Long> seeds =
        curves.stream().flatMap(c -> c.seeds().keySet().stream()).distinct().sorted().toList();
    for (int i = 0; i < seeds.size(); i++) {
      html.append(
          String.format("<span style=\"--of: var(--seed%d)\">%d</span>", i % 5, seeds.get(i)));
    }
    html.append("</p>\n<div class=\"charts\">\n");
    for (int i = 0; i < curves.size(); i++) {
      Curves of = curves.get(i);
      html.append("<section class=\"card\"><h3>").append(escaped(of.title())).append("</h3>");
      html.append("<div class=\"pair\">");
      chart(html, of, i, LOSS, "loss");
      chart(html, of, i, STD, "embedding std");
      html.append("</div></section>\n");
    }
    return html.append("</div>\n").toString();
  }

  private static void chart(StringBuilder html, Curves of, int index, String metric, String title) {
    String summary =
        of.seeds().entrySet().stream()
            .filter(seed -> seed.getValue().containsKey(metric))
            .map(seed -> summary(seed.getKey(), seed.getValue().get(metric)))
            .collect(Collectors.joining("; "));
    if (summary.isEmpty()) {
      return;
    }
    html.append("<figure><figcaption>").append(title).append("</figcaption><div role=\"img\"");
    html.append(" data-curves=\"").append(index).append("\" data-metric=\"").append(metric);
    html.append("\" aria-label=\"").append(escaped(of.title() + ", " + title + ": " + summary));
    html.append("\">").append(escaped(summary)).append("</div></figure>");
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

  /** The curves for the script. */
  private String data() {
    ObjectNode data = JSON.createObjectNode();
    float largest = 0;
    for (Curves of : curves) {
      ObjectNode card = data.withArray("/cards").addObject();
      for (Map.Entry<Long, Map<String, Curve>> seed : of.seeds().entrySet()) {
        for (Map.Entry<String, Curve> curve : seed.getValue().entrySet()) {
          ((ObjectNode) card.withObject("/" + curve.getKey()))
              .set(Long.toString(seed.getKey()), JSON.valueToTree(curve.getValue()));
          if (curve.getKey().equals(STD)) {
            for (float value : curve.getValue().values()) {
              largest = Math.max(largest, value);
            }
          }
        }
      }
    }
    data.put("largestStd", largest);
    // Inside of a script element only its end must not appear.
    return data.toString().replace("<", "\\u003c");
  }

  private String neighbours() {
    if (neighbourhoods.isEmpty()) {
      return "";
    }
    StringBuilder html = new StringBuilder();
    html.append(
        """
        <h2>Nearest neighbours</h2>
        <p>The training images nearest to some test images, by the embeddings of every method (seed %d). Below each is
        its label: <span class="right">&#10003; with a solid frame</span> where it is that of the test image,
        <span class="wrong">&#10007; with a dashed frame</span> where it is another.</p>
        """
            .formatted(seed));
    html.append("<div class=\"queries\">\n");
    for (Neighbourhood of : neighbourhoods) {
      Shown query = of.query();
      html.append("<section class=\"query\"><h3>").append(image(query, alt(query)));
      html.append(escaped(label(query))).append(" <span class=\"quiet\">");
      html.append(escaped(query.id())).append("</span></h3>");
      html.append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
      html.append(escaped("neighbours of " + query.id())).append("\"><table class=\"pictures\">");
      of.nearest()
          .forEach(
              (title, images) -> {
                html.append("<tr><th scope=\"row\">").append(escaped(title)).append("</th>");
                images.forEach(
                    image -> html.append("<td>").append(neighbour(query, image)).append("</td>"));
                html.append("</tr>\n");
              });
      html.append("</table></div></section>\n");
    }
    return html.append("</div>\n").toString();
  }

  private static String neighbour(Shown query, Shown image) {
    boolean right = label(query).equals(label(image));
    return String.format(
        "<figure class=\"shown %s\">%s<figcaption title=\"%s\">%s %s</figcaption></figure>",
        right ? "right" : "wrong",
        image(image, alt(image) + (right ? ", right" : ", wrong")),
        escaped(label(image)),
        right ? "&#10003;" : "&#10007;",
        escaped(label(image)));
  }

  private static String label(Shown image) {
    return image.label() == null ? "no label" : image.label();
  }

  private static String alt(Shown image) {
    return label(image) + ", " + image.id();
  }

  private static String image(Shown image, String alt) {
    Pixels pixels = image.pixels();
    Pixels shown =
        Math.min(pixels.width(), pixels.height()) > PICTURE ? pixels.centre(PICTURE) : pixels;
    return String.format(
        "<img src=\"%s\" alt=\"%s\" title=\"%s\">", uri(shown), escaped(alt), escaped(image.id()));
  }

  private static String uri(Pixels pixels) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(pixels.toPng());
  }

  private String words() {
    if (galleries.isEmpty()) {
      return "";
    }
    StringBuilder html = new StringBuilder();
    html.append(
        """
        <h2>Visual words</h2>
        <p>What the words of the bag-of-words methods stand for (seed %d): of every word the patches of training images
        that are nearest to it, at most one of an image. A patch is all that its cell of the network's map depends on;
        where it reaches over the edge of the image it is empty.</p>
        """
            .formatted(seed));
    html.append("<div class=\"queries\">\n");
    for (WordGallery gallery : galleries) {
      html.append("<section class=\"query\"><h3>").append(escaped(gallery.title())).append("</h3>");
      html.append(
          String.format(
              "<p>%d of %d words, evenly spaced among the %d that are the nearest in images enough;"
                  + " cells of %s, patches of %d pixels.</p>",
              gallery.words().size(),
              gallery.total(),
              gallery.complete(),
              escaped(gallery.level()),
              gallery.side()));
      html.append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
      html.append(escaped("words of " + gallery.title()));
      html.append("\"><table class=\"pictures words\">\n");
      for (WordGallery.Word word : gallery.words()) {
        html.append("<tr><th scope=\"row\">word ").append(word.number()).append("</th>");
        word.patches()
            .forEach(
                patch -> html.append("<td>").append(patch(patch, gallery.side())).append("</td>"));
        html.append("</tr>\n");
      }
      html.append("</table></div></section>\n");
    }
    return html.append("</div>\n").toString();
  }

  private static String patch(WordGallery.Patch patch, int side) {
    double scale = (double) PATCH / side;
    Pixels pixels = patch.pixels();
    Pixels shown =
        Math.min(pixels.width(), pixels.height()) > 2 * PATCH ? pixels.centre(2 * PATCH) : pixels;
    return String.format(
        Locale.ROOT,
        "<span class=\"patch\" style=\"width:%dpx;height:%dpx\"><img src=\"%s\" alt=\"patch of"
            + " %s\" title=\"%s\" style=\"top:%.1fpx;left:%.1fpx;width:%.1fpx;height:%.1fpx\">"
            + "</span>",
        PATCH,
        PATCH,
        uri(shown),
        escaped(patch.image()),
        escaped(patch.image()),
        patch.top() * scale,
        patch.left() * scale,
        pixels.width() * scale,
        pixels.height() * scale);
  }
}
