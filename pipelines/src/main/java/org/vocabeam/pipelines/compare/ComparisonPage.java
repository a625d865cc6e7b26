package org.vocabeam.pipelines.compare;

import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;
import org.vocabeam.pipelines.page.PageTemplate;

/**
 * A comparison as one HTML file that fetches nothing. The file is written by the template {@code
 * page.mustache}.
 *
 * @param command command line that makes the same comparison
 * @param about lines on what was compared: on which images, for how long
 * @param seed seed of the networks in the pictures
 */
public record ComparisonPage(
    String command,
    List<String> about,
    long seed,
    ComparisonTable table,
    List<Curves> curves,
    List<Neighbourhood> neighbourhoods,
    List<WordGallery> galleries) {
  private static final PageTemplate TEMPLATE = new PageTemplate(ComparisonPage.class);

  /** Values of the template; a null section is left out. */
  private record Model(
      String chartStyle,
      String style,
      List<String> about,
      String command,
      ResultsSection results,
      ChartsSection charts,
      NeighboursSection neighbours,
      WordsSection words,
      String chartLicence,
      String chartScript,
      String script) {}

  /** Returns the content of the file. */
  public String html() {
    Model model =
        new Model(
            webjar("dist/uPlot.min.css"),
            TEMPLATE.style("page.css"),
            about,
            command,
            ResultsSection.of(table),
            ChartsSection.of(curves),
            neighbourhoods.isEmpty() ? null : NeighboursSection.of(seed, neighbourhoods),
            galleries.isEmpty() ? null : WordsSection.of(seed, galleries),
            webjar("LICENSE").replace("*/", "* /"),
            webjar("dist/uPlot.iife.min.js"),
            TEMPLATE.file("page.js"));
    return TEMPLATE.html("page.mustache", model);
  }

  private static String webjar(String file) {
    Properties versions = new Properties();
    try (var in = Resources.getResource(ComparisonPage.class, "webjars.properties").openStream()) {
      versions.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return PageTemplate.read(
        Resources.getResource(
            "META-INF/resources/webjars/uplot/" + versions.getProperty("uplot") + "/" + file));
  }
}
