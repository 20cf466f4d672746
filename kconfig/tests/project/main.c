/* A program that is configured by autoconf.h. */
#include <stdio.h>

#include "autoconf.h"

int main(void)
{
#ifdef CONFIG_HAS_DISPLAY
	puts(CONFIG_GREETING);
#endif
#ifdef CONFIG_TLS
	printf("port %d\n", CONFIG_MQTT_PORT);
#endif
	return 0;
}
