/** placeholder */
package org.vocabeam.models.evaluate;
