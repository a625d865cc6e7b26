package org.vocabeam.transforms.files;

import com.google.common.base.Throwables;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Optional;
import org.vocabeam.models.UserError;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** Failure of the client of an object store, as a line that says what to do. */
public final class ObjectStoreFailure {
  /** Something that is done with a file. */
  interface Access<T> {
    T run() throws IOException;
  }

  private ObjectStoreFailure() {}

  /**
   * Does something with a file or a directory.
   *
   * @throws FileNotFoundException when an object is not there, as for a local file
   * @throws UserError when the object store refuses or is not there
   */
  static <T> T explained(String location, Access<T> access) throws IOException {
    try {
      return access.run();
    } catch (IOException | SdkException e) {
      Optional<SdkException> failure = find(e);
      if (failure.isEmpty()) {
        throw e;
      }
      if (isMissing(failure.get())) {
        FileNotFoundException missing = new FileNotFoundException(location);
        missing.initCause(e);
        throw missing;
      }
      throw error(location, failure.get());
    }
  }

  /** Returns the line for a failure of an object store's client; nothing for any other failure. */
  public static Optional<String> line(Throwable thrown) {
    return thrown instanceof SdkException failure
        ? Optional.of(error("the object store", failure).getMessage())
        : Optional.empty();
  }

  private static Optional<SdkException> find(Throwable thrown) {
    return Throwables.getCausalChain(thrown).stream()
        .filter(SdkException.class::isInstance)
        .map(SdkException.class::cast)
        .findFirst();
  }

  private static boolean isMissing(SdkException failure) {
    return failure instanceof AwsServiceException service
        && service.statusCode() == 404
        && !code(service).equals("NoSuchBucket");
  }

  private static UserError error(String location, SdkException failure) {
    return new UserError(message(location, failure), failure);
  }

  private static String message(String location, SdkException failure) {
    if (failure instanceof AwsServiceException service) {
      return refused(location, service);
    }
    Throwable root = Throwables.getRootCause(failure);
    if (root instanceof IOException) {
      return String.format(
          "cannot reach %s: %s; check the endpoint (AWS_ENDPOINT_URL) and the network",
          location, reason(root));
    }
    if (String.valueOf(failure.getMessage()).contains("credentials")) {
      return "there are no credentials for "
          + location
          + "; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give a credentials provider";
    }
    return location + ": " + failure.getMessage();
  }

  private static String refused(String location, AwsServiceException failure) {
    String code = code(failure);
    if (code.equals("NoSuchBucket")) {
      return "the bucket of " + location + " is not there; make it, or correct its name";
    }
    String why = code.isEmpty() ? "HTTP status " + failure.statusCode() : code;
    return switch (failure.statusCode()) {
      case 401, 403 ->
          String.format(
              "access to %s is refused (%s); see AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and"
                  + " what they may do in this bucket",
              location, why);
      case 301, 307, 400 ->
          String.format(
              "access to %s is refused (%s); check the region (AWS_REGION)", location, why);
      default -> location + ": " + failure.getMessage();
    };
  }

  private static String code(AwsServiceException failure) {
    return failure.awsErrorDetails() == null || failure.awsErrorDetails().errorCode() == null
        ? ""
        : failure.awsErrorDetails().errorCode();
  }

  private static String reason(Throwable root) {
    String name = root.getClass().getSimpleName();
    return root.getMessage() == null ? name : name + ", " + root.getMessage();
  }
}
