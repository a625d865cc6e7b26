package org.vocabeam.pipelines.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.html.HtmlEscapers;
import com.google.common.io.Resources;
import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;

/**
 * Template of a page and the files beside it on the class path.
 *
 * <pre>{@code
 * String html = new PageTemplate(ComparisonPage.class).html("page.mustache", model);
 * }</pre>
 *
 * @param owner class in whose package the files are
 */
public record PageTemplate(Class<?> owner) {

  /** Returns the page of a model, whose texts are escaped. */
  public String html(String template, Object model) {
    return Mustache.compiler()
        .withEscaper(HtmlEscapers.htmlEscaper()::escape)
        .compile(file(template))
        .execute(model);
  }

  /** Returns the style sheet of all pages, and a page's own. */
  public String style(String own) {
    return new PageTemplate(PageTemplate.class).file("base.css") + file(own);
  }

  /** Returns the content of a file of the owner. */
  public String file(String name) {
    return read(Resources.getResource(owner, name));
  }

  /** Returns the content of a resource. */
  public static String read(URL resource) {
    try {
      return Resources.toString(resource, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
